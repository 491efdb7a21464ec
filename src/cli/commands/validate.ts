import { Command, Option } from 'commander';
import { escapeControl } from '../../base/escape.ts';
import { inFile, type Problem } from '../../base/problem.ts';
import { validators } from '../../schema/validate.ts';
import { action, deliver, jsonText, optionsOf, withOutput } from '../common-options.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printProblems } from '../print-problems.ts';
import { readJson } from '../read-input.ts';

type Kind = keyof typeof validators;

interface Verdict {
  readonly file: string;
  readonly kind: Kind | null;
  readonly valid: boolean;
  readonly problems: readonly Problem[];
}

const KINDS = Object.keys(validators) as Kind[];

/** @returns the kind that the document's own `schema` key names, or null. */
function kindOf(value: unknown): Kind | null {
  const schema = typeof value === 'object' && value !== null ? (value as { schema?: unknown }).schema : undefined;
  const name = typeof schema === 'string' ? /^cpueval\/([a-z-]+)\/[0-9]+$/.exec(schema)?.[1] : undefined;
  return KINDS.find((kind) => kind === name) ?? null;
}

function unknownKind(value: unknown): Problem {
  const schema = typeof value === 'object' && value !== null ? (value as { schema?: unknown }).schema : undefined;
  const got = schema === undefined ? 'nothing (--as NAME says which kind it is)' : String(JSON.stringify(schema));
  return { code: 'unknown-schema', path: '$.schema', expected: `one of ${KINDS.map((kind) => `"cpueval/${kind}/1"`).join(', ')}`, got };
}

/** An array is what `import` writes for a dump of several machines: each entry is a document. */
function judge(file: string, value: unknown, as: Kind | undefined): Verdict {
  const list = Array.isArray(value) && value.length > 0 ? value : null;
  const kind = as ?? kindOf(list ? list[0] : value);
  const check = (document: unknown): Problem[] => (kind === null ? [unknownKind(document)] : validators[kind](document));
  const problems = list
    ? list.flatMap((entry, index) => check(entry).map((problem) => ({ ...problem, path: problem.path.replace('$', `$[${index}]`) })))
    : check(value);
  return { file, kind, valid: problems.length === 0, problems: inFile(file, problems) };
}

/** A file that cannot be opened was not judged; one that is no JSON was, and failed. */
async function read(argument: string, as: Kind | undefined): Promise<{ verdict: Verdict; unreadable: boolean }> {
  const input = await readJson(argument, null);
  if (input.value !== null) return { verdict: judge(input.value.file, input.value.value, as), unreadable: false };
  const verdict: Verdict = { file: argument, kind: null, valid: false, problems: input.problems };
  return { verdict, unreadable: input.problems.some(({ code }) => code === 'unreadable' || code === 'too-large') };
}

function table(verdicts: readonly Verdict[]): string {
  return verdicts
    .map(
      ({ file, kind, valid, problems }) =>
        `${escapeControl(file)}: ${valid ? `valid ${kind}` : `${problems.length} problem${problems.length === 1 ? '' : 's'}`}\n`,
    )
    .join('');
}

async function run(command: Command, files: readonly string[]): Promise<ExitCode> {
  const options = optionsOf<{ as?: Kind }>(command);
  const results = [];
  for (const file of files) results.push(await read(file, options.as));
  const verdicts = results.map(({ verdict }) => verdict);
  const json = options.format === 'json';
  if (!json) printProblems(verdicts.flatMap(({ problems }) => problems));
  const gate = verdicts.every(({ valid }) => valid) ? EXIT.done : EXIT.gate;
  const code = results.some(({ unreadable }) => unreadable) ? EXIT.usage : gate;
  return deliver(json ? jsonText({ schema: 'cpueval/validate/1', files: verdicts }) : table(verdicts), options, code);
}

/** `cpueval validate`: files against their schemas, every problem at once. */
export function command(): Command {
  const validate = new Command('validate')
    .description('Check files against the schemas and name every problem. Exit code 1: a file is not valid; 2: a file cannot be read.')
    .argument('<file...>', 'files, or - for standard input')
    .addOption(new Option('--as <name>', 'the kind of the files, where they do not say it themselves').choices(KINDS));
  return withOutput(validate, ['table', 'json'])
    .addHelpText('after', '\nExamples:\n  cpueval validate profile.json blob.json\n  cpueval validate --as profile --json - < profile.json\n')
    .action(action(run));
}
