/** A child that prints a great deal. */
setInterval(() => {
  for (let line = 0; line < 60; line += 1) process.stdout.write(`line ${line} ${'x'.repeat(80)}\n`);
  process.send({ type: 'heartbeat', progress: 1 });
}, 100);
process.on('message', ({ type }) => {
  if (type === 'stop') process.exit(0);
});
process.on('disconnect', () => process.exit(1));
