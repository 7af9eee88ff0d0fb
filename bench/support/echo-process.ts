/** The measure of what HTTP and JSON cost in Node: a bare Fastify that sends back what it got. */
import Fastify from 'fastify';

const app = Fastify({ logger: false, bodyLimit: 64 * 1024 ** 2 });
app.post('/echo', async (request) => request.body);
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.send?.(typeof address === 'object' ? address?.port : undefined);
process.on('disconnect', () => process.exit());
