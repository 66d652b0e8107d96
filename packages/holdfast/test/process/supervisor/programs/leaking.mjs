/** A child that tells of ever more memory. */
let rss = 0;
setInterval(() => process.send({ type: 'heartbeat', progress: 1, rss: (rss += 1_000) }), 20);
process.on('message', ({ type }) => {
  if (type === 'stop') process.exit(0);
});
