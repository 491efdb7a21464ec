import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { escapeControl, shorten } from '../../base/escape.ts';
import type { Profile } from '../../data/contract/profile.ts';
import { importers } from '../../importers/index.ts';
import { action, type CommonOptions, deliver, jsonText, optionsOf, withOutput } from '../common-options.ts';
import { dumpInputs } from '../dump-files.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type Harvest, importAll } from '../import-dumps.ts';
import { printProblems } from '../print-problems.ts';
import { writeErr } from '../streams.ts';
import { writeOutput } from '../write-output.ts';

interface Options {
  readonly from?: string;
  readonly outDir?: string;
  readonly ndjson?: boolean;
}

function report(harvest: Harvest, quiet: boolean): void {
  printProblems(harvest.problems);
  if (quiet) return;
  for (const [title, lost] of harvest.lost) writeErr(`note: ${title} cannot carry ${lost.join('; ')}\n`);
  if (harvest.skipped.length === 0) return;
  const names = harvest.skipped.slice(0, 5).map((name) => escapeControl(shorten(name, 80)));
  const more = harvest.skipped.length > names.length ? ' and others' : '';
  writeErr(`note: ${harvest.skipped.length} file${harvest.skipped.length === 1 ? ' is' : 's are'} no dump and passed over: ${names.join(', ')}${more}\n`);
}

/** Ids come from file names, and folders repeat those: the second of a name gets a number. */
function uniqueIds(profiles: readonly Profile[]): Profile[] {
  const taken = new Set<string>();
  return profiles.map((profile) => {
    let id = profile.id;
    for (let number = 2; taken.has(id); number += 1) id = `${profile.id}-${number}`;
    taken.add(id);
    return id === profile.id ? profile : { ...profile, id };
  });
}

function writeFolder(directory: string, profiles: readonly Profile[], options: CommonOptions): ExitCode {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    const got = `an error (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
    printProblems([{ code: 'unwritable', file: directory, path: '', expected: 'a folder that can be made', got }]);
    return EXIT.usage;
  }
  const files = profiles.map((profile) => ({ file: join(directory, `${profile.id}.json`), profile }));
  const problems = files.flatMap(({ file, profile }) => writeOutput(file, jsonText(profile)));
  printProblems(problems);
  if (problems.length > 0) return EXIT.usage;
  return deliver(files.map(({ file }) => `${escapeControl(file)}\n`).join(''), options);
}

function textOf(profiles: readonly Profile[], ndjson: boolean): string {
  if (ndjson) return profiles.map((profile) => `${JSON.stringify(profile)}\n`).join('');
  return jsonText(profiles.length === 1 ? profiles[0] : profiles);
}

async function run(command: Command, files: readonly string[]): Promise<ExitCode> {
  const options = optionsOf<Options>(command);
  const harvest: Harvest = { profiles: [], problems: [], skipped: [], lost: new Map() };
  let sources = 0;
  for (const file of files) {
    const { inputs, inside, problems } = await dumpInputs(file);
    sources += inputs.length;
    harvest.problems.push(...problems);
    await importAll(file, inputs, inside, options.from, harvest);
  }
  report(harvest, options.quiet);
  const code = harvest.problems.length > 0 ? EXIT.usage : EXIT.done;
  if (harvest.profiles.length === 0) return code;
  const profiles = uniqueIds(harvest.profiles);
  if (options.outDir !== undefined) return Math.max(code, writeFolder(options.outDir, profiles, options)) as ExitCode;
  return deliver(textOf(profiles, options.ndjson ?? (sources > 1 && profiles.length > 1)), options, code);
}

const EXAMPLES = `
Formats (found by content; --from says which):
${importers.map(({ id, title, partial }) => `  ${id.padEnd(12)} ${title}${partial ? ' (partial: registers rebuilt from names)' : ''}`).join('\n')}

Examples:
  cpuid -r | cpueval import - -o host.json
  cpueval import GenuineIntel0050657_CascadeLake_CPUID.txt
  cpueval import Intel-Skylake-2xXeon6140.tar.bz2
  cpueval import --from proc /proc/cpuinfo
  cpueval import dumps/ --out-dir profiles/
  cpueval import *.xml > profiles.ndjson

One machine gives one profile, a file with several an array, several files one profile a line.
Exit code 2: something is damaged or not known; what could be read is written all the same.
`;

/** `cpueval import`: profiles from the dumps of other tools. */
export function command(): Command {
  const importCommand = new Command('import')
    .description('Make profiles from the CPUID dumps of other tools.')
    .argument('<file...>', 'files, archives (tar, bzip2, gzip), folders, or - for standard input')
    .addOption(new Option('--from <format>', 'the format, where the content does not tell').choices(importers.map(({ id }) => id)))
    .option('--out-dir <folder>', 'write each profile to a file of its own in this folder')
    .option('--ndjson', 'one profile a line, however many there are')
    .addOption(new Option('--json', 'accepted everywhere; profiles are JSON anyway').hideHelp());
  return withOutput(importCommand, ['json']).addHelpText('after', EXAMPLES).action(action(run));
}
