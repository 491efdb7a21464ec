import type { Command } from 'commander';
import { toListEntries } from '../../microcode/to-list-entries.ts';
import { blobShowText, type ShownFile } from '../../views/blob-show.ts';
import { deliver, jsonText, optionsOf } from '../common-options.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printProblems } from '../print-problems.ts';
import { type MicrocodeInput, readMicrocode } from './read-microcode.ts';
import { blobStyle } from './style.ts';

/** Entries are made for all files at once, so that bytes that come again are marked across files too. */
function shown(files: readonly MicrocodeInput[]): ShownFile[] {
  const entries = toListEntries(files);
  let next = 0;
  return files.map(({ file, summary }) => {
    const updates = summary.updates.flatMap(({ intel, amd }) => {
      const entry = entries[next++];
      return entry === undefined ? [] : [{ ...entry, intel, amd }];
    });
    return { file, format: summary.format, integrity: summary.integrity, updates };
  });
}

/** Runs `cpueval blob show`. */
export async function run(command: Command, names: readonly string[]): Promise<ExitCode> {
  const options = optionsOf(command);
  const { files, problems, unreadable, damaged } = await readMicrocode(names, { digests: 'all', keepBytes: false });
  const code = unreadable || damaged ? EXIT.usage : EXIT.done;
  if (options.format === 'json') return deliver(jsonText({ schema: 'cpueval/blob-show/1', files: shown(files), problems }), options, code);
  printProblems(problems);
  if (files.length === 0) return code;
  return deliver(blobShowText(shown(files), await blobStyle(options.color)), options, code);
}
