import type { SecuredApi } from '../secured-api.ts';

/** Bytes as they are, over TLS as nobody: what came back until the server closed the connection, or said enough. */
export async function sendRaw(api: SecuredApi, bytes: string): Promise<string> {
  const socket = await api.client.connect();
  return new Promise((resolve) => {
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      if (answer.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('close', () => resolve(answer));
    socket.write(bytes);
  });
}
