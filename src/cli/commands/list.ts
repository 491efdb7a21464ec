import { Command } from 'commander';
import { escapeControl } from '../../base/escape.ts';
import { kernelLines } from '../../data/kernels/index.ts';
import { builtInNames, type InputKind } from '../built-in.ts';
import { action, deliver, jsonText, optionsOf, withOutput } from '../common-options.ts';
import type { ExitCode } from '../exit.ts';
import { printProblems } from '../print-problems.ts';
import { readJson } from '../read-input.ts';
import { registry } from '../registry.ts';

interface Row {
  readonly name: string;
  readonly title: string;
}

/** Every entry of a folder with the title that it gives itself; a broken one is named on standard error and keeps its row. */
async function documents(kind: InputKind): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of builtInNames(kind)) {
    const input = await readJson(name, kind);
    printProblems(input.problems);
    const title = (input.value?.value as { title?: unknown } | null | undefined)?.title;
    rows.push({ name, title: typeof title === 'string' ? escapeControl(title) : '' });
  }
  return rows;
}

const sections: Readonly<Record<string, () => Promise<Row[]> | Row[]>> = {
  profiles: () => documents('profile'),
  blobs: () => documents('blob'),
  scenarios: () => documents('scenario'),
  kernels: () => kernelLines.map(({ line, release }) => ({ name: line, title: `Linux ${release}` })),
  commands: () => registry.map(({ name, summary }) => ({ name, title: summary })),
};

function table(name: string, rows: readonly Row[]): string {
  const width = Math.max(0, ...rows.map((row) => row.name.length));
  const lines = rows.map((row) => `  ${row.name.padEnd(width)}  ${row.title}`.trimEnd());
  return `${name.toUpperCase()}\n${(lines.length > 0 ? lines : ['  none']).join('\n')}\n`;
}

async function run(command: Command, wanted: string | undefined): Promise<ExitCode> {
  const options = optionsOf(command);
  const names = wanted === undefined ? Object.keys(sections) : [wanted];
  const found: [string, Row[]][] = [];
  for (const name of names) found.push([name, (await sections[name]?.()) ?? []]);
  if (options.format === 'json') return deliver(jsonText({ schema: 'cpueval/list/1', ...Object.fromEntries(found) }), options);
  return deliver(found.map(([name, rows]) => table(name, rows)).join('\n'), options);
}

/** `cpueval list`: what can be named on a command line. */
export function command(): Command {
  const list = new Command('list').description('List what is built in and can be named instead of a file.');
  list.addArgument(list.createArgument('[what]', 'one section only').choices(Object.keys(sections)));
  return withOutput(list, ['table', 'json']).addHelpText('after', '\nExamples:\n  cpueval list\n  cpueval list profiles --json\n').action(action(run));
}
