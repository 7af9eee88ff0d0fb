import proxyAddress from '@fastify/proxy-addr';

/** Whether it is an address or a range of them, such as 10.0.0.0/8. */
export function isAddressRange(text: string): boolean {
  try {
    proxyAddress.compile(text);
    return true;
  } catch {
    return false;
  }
}
