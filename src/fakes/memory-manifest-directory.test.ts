import { manifestDirectoryContract } from '../ports/manifest-directory.contract.ts';
import { MemoryManifestDirectory } from './memory-manifest-directory.ts';

manifestDirectoryContract('MemoryManifestDirectory', () => {
  const directory = new MemoryManifestDirectory();
  return {
    directory,
    write: (name, text) => directory.write(name, text),
    remove: (name) => directory.remove(name),
    removeAll: () => {
      directory.isGone = true;
    },
  };
});
