/** A well-behaved child: beats, does what it is told, ends with its supervisor. */
setInterval(() => process.send({ type: 'heartbeat', progress: 1, rss: process.memoryUsage.rss() }), 50);
process.on('message', ({ type }) => {
  if (type === 'stop') process.exit(0);
});
process.on('disconnect', () => process.exit(1));
