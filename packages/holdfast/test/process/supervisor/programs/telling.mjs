/** A child that prints what it inherited. */
process.stdout.write(
  `socket ${process.env.NOTIFY_SOCKET} manager ${process.env.HOLDFAST_MANAGER} options ${process.execArgv.join(' ')}.\n`,
);
setInterval(() => process.send({ type: 'heartbeat', progress: 1 }), 50);
process.on('message', ({ type }) => {
  if (type === 'stop') process.exit(0);
});
process.on('disconnect', () => process.exit(1));
