import { stateLockContract } from '../ports/state-lock.contract.ts';
import { MemoryStateLock } from './memory-state-lock.ts';

stateLockContract('MemoryStateLock', () => {
  const lock = new MemoryStateLock();
  return { lock: () => lock };
});
