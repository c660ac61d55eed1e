import { containerLogsContract } from '../ports/container-logs.contract.ts';
import { MemoryContainerLogs } from './memory-container-logs.ts';

containerLogsContract('MemoryContainerLogs', () => {
  const logs = new MemoryContainerLogs();
  const file = 'logs/uid/main/0.log';
  return { logs, file, write: (text, stream = 'stdout') => logs.write(file, text, { stream }) };
});
