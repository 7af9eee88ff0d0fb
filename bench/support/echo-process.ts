/** The measure of what HTTP costs in Node, with JSON or without: a bare Fastify that sends back what it got. */
import Fastify from 'fastify';

const app = Fastify({ logger: false, bodyLimit: 64 * 1024 ** 2 });
app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);
app.post('/echo', async (request) => request.body);
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.send?.(typeof address === 'object' ? address?.port : undefined);
process.on('disconnect', () => process.exit());
