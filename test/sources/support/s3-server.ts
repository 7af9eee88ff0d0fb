import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import S3rver from 's3rver';

export interface S3Server {
  /** With the port. */
  readonly endpoint: string;
  /** As a secret has them. */
  readonly credentials: string;
  put(bucket: string, key: string, bytes: Uint8Array | string): Promise<void>;
  close(): Promise<void>;
}

/** The credentials that this server knows, and checks signatures by. */
const [accessKeyId, secretAccessKey] = ['S3RVER', 'S3RVER'];

/** A server of S3 that keeps buckets in a folder. Its own clients sign; what is not signed is refused. */
export async function startS3(buckets: readonly string[]): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'retort-s3-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: buckets.map((name) => ({ name, configs: [] })),
  });
  const { port } = (await server.run()) as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  });
  return {
    endpoint,
    credentials: `${accessKeyId}:${secretAccessKey}`,
    async put(bucket, key, bytes) {
      const path = key.split('/').map(encodeURIComponent).join('/');
      const answer = await client.fetch(`${endpoint}/${bucket}/${path}`, {
        method: 'PUT',
        body: typeof bytes === 'string' ? bytes : Buffer.from(bytes),
      });
      if (!answer.ok) throw new Error(`S3 answers ${answer.status}: ${await answer.text()}`);
    },
    async close() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
