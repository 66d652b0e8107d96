/** A child that survives its supervisor and does not do what it is told. */
setInterval(() => {
  if (process.connected) process.send({ type: 'heartbeat', progress: 1 });
}, 50);
process.on('disconnect', () => undefined);
process.on('SIGTERM', () => undefined);
