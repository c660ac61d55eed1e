import { objectStoreContract } from '../ports/object-store.contract.ts';
import { MemoryObjectStore } from './memory-object-store.ts';

objectStoreContract('MemoryObjectStore', () => {
  const store = new MemoryObjectStore();
  return { store, reopen: () => store.reopen(), failWrites: (failing) => store.setFull(failing) };
});
