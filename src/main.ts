/** The program. Everything beyond the version is loaded by need: a start takes as long as what it imports. */
import { readVersion } from './version.ts';

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${readVersion()}\n`);
} else {
  const { runProgram } = await import('./cli/program.ts');
  process.exitCode = await runProgram(args);
}
