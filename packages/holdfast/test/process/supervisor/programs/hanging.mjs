/** A child whose main loop hangs after its first heartbeats. */
let beats = 0;
setInterval(() => {
  process.send({ type: 'heartbeat', progress: (beats += 1) });
  if (beats === 3) for (;;);
}, 50);
