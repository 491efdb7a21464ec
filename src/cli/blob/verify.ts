import type { Command } from 'commander';
import { KERNEL_LINES } from '../../microcode/loader-traits.ts';
import { isEarlyName } from '../../microcode/select.ts';
import type { FileSummary } from '../../microcode/summarize-file.ts';
import { judgeFile } from '../../microcode/verdict.ts';
import { blobVerifyTable, type VerifiedFile } from '../../views/blob-verify.ts';
import { deliver, jsonText, optionsOf } from '../common-options.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printProblems } from '../print-problems.ts';
import { outColumns } from '../streams.ts';
import { type MicrocodeInput, readMicrocode } from './read-microcode.ts';
import { blobStyle } from './style.ts';

/** Stands in where damage leaves no CPU to ask for: a file without a readable patch is refused for all alike. */
const ANY_ZEN = 0xa00f11;

/** Each line's answer to a CPU the file is for, or as good as: for Intel the answer to a damaged file does not depend on the CPU. */
function lateLoaders(file: string, { format, images }: FileSummary): Pick<VerifiedFile, 'lateLoaders' | 'silentlyRefusedBy'> {
  const image = images[0];
  const opened = image !== undefined && !isEarlyName(file) && (format === 'intel' || format === 'amd' || format === 'intel-scan');
  if (!opened) return { lateLoaders: null, silentlyRefusedBy: [] };
  const updates = image.intel?.updates ?? image.amd?.updates ?? [];
  const signature = updates[0]?.applies[0]?.signature ?? ANY_ZEN;
  const answers = KERNEL_LINES.map((line) => ({ line, ...judgeFile(image, { vendor: image.vendor, signature, platformId: null, revision: 0 }, { line }) }));
  const refused = answers.filter(({ result }) => result === 'bad-file');
  return {
    lateLoaders: Object.fromEntries(answers.map(({ line, result, errno }) => [line, result === 'bad-file' ? errno : null])),
    silentlyRefusedBy: refused.filter(({ errno }) => errno === null).map(({ line }) => line),
  };
}

function verified({ file, summary }: MicrocodeInput): VerifiedFile {
  const { format, updates, integrity, flaw } = summary;
  const first = flaw === null ? null : { code: flaw.flaw, offset: flaw.offset };
  return { file, format, updates: updates.length, integrity, flaw: first, ...lateLoaders(file, summary) };
}

/** Runs `cpueval blob verify`. */
export async function run(command: Command, names: readonly string[]): Promise<ExitCode> {
  const options = optionsOf(command);
  const { files, problems, unreadable, damaged } = await readMicrocode(names, { digests: 'amd', keepBytes: true });
  const code = unreadable ? EXIT.usage : damaged ? EXIT.gate : EXIT.done;
  const verdicts = files.map(verified);
  if (options.format === 'json') return deliver(jsonText({ schema: 'cpueval/blob-verify/1', files: verdicts, problems }), options, code);
  printProblems(problems);
  if (files.length === 0) return code;
  return deliver(blobVerifyTable(verdicts, outColumns(), await blobStyle(options.color)), options, code);
}
