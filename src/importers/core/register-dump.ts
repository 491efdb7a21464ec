import type { Profile } from '../../data/contract/profile.ts';
import type { ImportFile, ImportInput, ImportOutcome } from '../types.ts';
import { assembleProfile, type Naming } from './assemble.ts';
import { checkMachine } from './check-machine.ts';
import { type Collector, collector } from './collector.ts';
import { importFileByFile } from './file-by-file.ts';
import type { Machine } from './machine.ts';
import type { ProblemList } from './problems.ts';
import { TEXT_LIMIT, textOf } from './text.ts';

/** A format that gives registers, file by file. */
export interface RegisterFormat {
  readonly id: string;
  /** What a row looks like, for the problem of a file that has none. */
  readonly rowText: string;
  readonly cannotCarry: readonly string[];
  /** Reads one file's text into the collector. */
  read(text: string, into: Collector, problems: ProblemList): void;
  /** What the format says besides registers. */
  facts?(text: string): Partial<Naming>;
  /** Last touch on the CPUs found, such as numbers counted from 1. */
  finish?(machines: readonly Machine[]): void;
}

function importFile(format: RegisterFormat, file: ImportFile, problems: ProblemList): Profile[] {
  if (file.bytes.length > TEXT_LIMIT) problems.add('file-too-large', '$', `at most ${TEXT_LIMIT} bytes`, `${file.bytes.length} bytes; the rest is not read`);
  const into = collector(problems);
  const text = textOf(file);
  format.read(text, into, problems);
  const machines = into.machines();
  format.finish?.(machines);
  if (machines.length === 0 && problems.list().length === 0) problems.at('no-registers', 1, format.rowText, 'no such row in the file');
  for (const machine of machines) checkMachine(machine, problems);
  const facts = format.facts?.(text) ?? {};
  return machines.map((machine, index) =>
    assembleProfile(machine, { format: format.id, name: file.name, ...facts, ...(machines.length > 1 ? { ordinal: index + 1 } : {}) }),
  );
}

/**
 * Imports files that hold registers.
 * @param format how its rows are read
 * @param input the files, each a dump of its own
 * @returns a profile for each machine in each file, and what is wrong with the files
 */
export function importRegisters(format: RegisterFormat, input: ImportInput): ImportOutcome {
  return importFileByFile(input, (file, problems) => importFile(format, file, problems), format.cannotCarry);
}
