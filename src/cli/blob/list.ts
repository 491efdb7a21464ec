import type { Command } from 'commander';
import { toListEntries } from '../../microcode/to-list-entries.ts';
import { blobListTable, listSummary } from '../../views/blob-list.ts';
import { deliver, jsonText, optionsOf } from '../common-options.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printProblems } from '../print-problems.ts';
import { outColumns } from '../streams.ts';
import { readMicrocode } from './read-microcode.ts';
import { blobStyle } from './style.ts';

/** Runs `cpueval blob list`. */
export async function run(command: Command, names: readonly string[]): Promise<ExitCode> {
  const options = optionsOf(command);
  const json = options.format === 'json';
  // Digests cost as much as all the rest: the table, which does not show them, is made without.
  const { files, problems, unreadable, damaged, passedOver } = await readMicrocode(names, { digests: json ? 'all' : 'amd', keepBytes: false });
  const updates = toListEntries(files);
  const summary = listSummary(updates, files.length, passedOver);
  const code = unreadable || damaged ? EXIT.usage : EXIT.done;
  if (json) return deliver(jsonText({ schema: 'cpueval/blob-list/1', updates, problems, summary }), options, code);
  printProblems(problems);
  if (files.length === 0) return code;
  return deliver(blobListTable(updates, summary, outColumns(), await blobStyle(options.color)), options, code);
}
