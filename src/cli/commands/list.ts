import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { escapeControl } from '../../base/escape.ts';
import { kernelLines } from '../../data/kernels/index.ts';
import { builtInFile, builtInNames, type InputKind } from '../built-in.ts';
import { action, deliver, jsonText, optionsOf, withOutput } from '../common-options.ts';
import type { ExitCode } from '../exit.ts';
import { registry } from '../registry.ts';

interface Row {
  readonly name: string;
  readonly title: string;
}

/** The title that a file gives itself. Our own files need no careful reader, and there are many; a broken one keeps its row. */
function titleOf(file: string): string {
  try {
    const { title } = JSON.parse(readFileSync(file, 'utf8')) as { title?: unknown };
    return typeof title === 'string' ? escapeControl(title) : '';
  } catch {
    return '(not readable)';
  }
}

function documents(kind: InputKind): Row[] {
  return builtInNames(kind).map((name) => ({ name, title: titleOf(builtInFile(kind, name) ?? name) }));
}

const sections: Readonly<Record<string, () => Row[]>> = {
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

function run(command: Command, wanted: string | undefined): ExitCode {
  const options = optionsOf(command);
  const names = wanted === undefined ? Object.keys(sections) : [wanted];
  const found = names.map((name): [string, Row[]] => [name, sections[name]?.() ?? []]);
  if (options.format === 'json') return deliver(jsonText({ schema: 'cpueval/list/1', ...Object.fromEntries(found) }), options);
  return deliver(found.map(([name, rows]) => table(name, rows)).join('\n'), options);
}

/** `cpueval list`: what can be named on a command line. */
export function command(): Command {
  const list = new Command('list').description('List what is built in and can be named instead of a file.');
  list.addArgument(list.createArgument('[what]', 'one section only').choices(Object.keys(sections)));
  return withOutput(list, ['table', 'json']).addHelpText('after', '\nExamples:\n  cpueval list\n  cpueval list profiles --json\n').action(action(run));
}
