import { privateFilesContract } from '../ports/private-files.contract.ts';
import { MemoryPrivateFiles } from './memory-private-files.ts';

privateFilesContract('MemoryPrivateFiles', () => {
  const files = new MemoryPrivateFiles();
  return { files, reopen: () => new MemoryPrivateFiles(files.content) };
});
