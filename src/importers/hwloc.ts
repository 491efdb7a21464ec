import type { Profile } from '../data/contract/profile.ts';
import { assembleProfile } from './core/assemble.ts';
import { checkMachine } from './core/check-machine.ts';
import { type Collector, collector } from './core/collector.ts';
import { type ProblemList, problemList } from './core/problems.ts';
import { countLines, headOf, lines, textOf } from './core/text.ts';
import type { Importer, ImportFile, ImportInput, ImportOutcome } from './types.ts';

/** `<mask> <eax> <ebx> <ecx> <edx> => <eax> <ebx> <ecx> <edx>`, hexadecimal without prefix. */
const ROW = /^\s*([0-9a-f]{1,2})((?:\s+[0-9a-f]{1,8}){4})\s*=>((?:\s+[0-9a-f]{1,8}){4})\s*$/i;
const PU_FILE = /(?:^|\/)pu(\d{1,6})$/;
const COMMENT = /^\s*(#|$)/;
/** Bit of the mask that says that the input ecx matters: the row is a subleaf. */
const ECX_MATTERS = 4;

const words = (text: string): number[] =>
  text
    .trim()
    .split(/\s+/)
    .map((part) => Number.parseInt(part, 16));

function readFile(file: ImportFile, into: Collector, problems: ProblemList): void {
  let first = true;
  for (const line of lines(textOf(file))) {
    const row = ROW.exec(line.text);
    if (!row) {
      if (!COMMENT.test(line.text)) problems.at('damaged-row', line.number, '5 4 0 1 0 => 1c004122 1c0003f 3f 0', line.text.trim(), file.name);
      continue;
    }
    const [leaf = 0, , subleaf = 0] = words(row[2] ?? '');
    const [eax = 0, ebx = 0, ecx = 0, edx = 0] = words(row[3] ?? '');
    const indexed = Number.parseInt(row[1] ?? '0', 16) & ECX_MATTERS;
    if (first) into.heading(puNumber(file));
    first = false;
    into.row(leaf, indexed ? subleaf : 0, { eax, ebx, ecx, edx }, line.number);
  }
}

function puNumber(file: ImportFile): number {
  return Number(PU_FILE.exec(file.name)?.[1] ?? 0);
}

const looksLikePu = (file: ImportFile): boolean => countLines(headOf(file), ROW, 1) === 1;

/** @returns the PU files of each folder, by number; a folder is a machine. */
function machinesIn(files: readonly ImportFile[]): Map<string, ImportFile[]> {
  const folders = new Map<string, ImportFile[]>();
  for (const file of files) {
    if (!PU_FILE.test(file.name) && !(files.length === 1 && looksLikePu(file))) continue;
    const folder = file.name.includes('/') ? file.name.slice(0, file.name.lastIndexOf('/')) : '';
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  for (const group of folders.values()) group.sort((a, b) => puNumber(a) - puNumber(b));
  return folders;
}

function importFolder(name: string, files: readonly ImportFile[], problems: ProblemList): Profile[] {
  const into = collector(problems);
  for (const file of files) readFile(file, into, problems);
  const machines = into.machines();
  if (machines.length === 0) problems.at('no-registers', 1, 'rows like 1 0 0 0 0 => 16 756e6547 6c65746e 49656e69', 'no such row', files[0]?.name ?? name);
  for (const machine of machines) checkMachine(machine, problems, files[0]?.name ?? name);
  return machines.map((machine, index) => assembleProfile(machine, { format: 'hwloc', name, ...(machines.length > 1 ? { ordinal: index + 1 } : {}) }));
}

function importHwloc(input: ImportInput): ImportOutcome {
  const problems = problemList();
  const folders = machinesIn(input.files);
  if (folders.size === 0) problems.add('no-registers', '$', 'files pu0, pu1, .. as hwloc-gather-cpuid writes them', 'no such file', input.name);
  const profiles = [...folders].flatMap(([folder, files]) => importFolder(folders.size > 1 && folder !== '' ? folder : input.name, files, problems));
  return { profiles, problems: problems.list(), cannotCarry: ['MSR values', 'the microcode revision', 'the platform id', 'kernel and command line'] };
}

/** Folders or archives of hwloc-gather-cpuid: one file for each logical CPU. */
export const hwloc: Importer = {
  id: 'hwloc',
  title: 'hwloc x86 CPUID dump (folder or tar.bz2)',
  detect: (input) => {
    if (input.files.some((file) => PU_FILE.test(file.name) && looksLikePu(file))) return 0.95;
    return input.files.length === 1 && input.files[0] && looksLikePu(input.files[0]) ? 0.8 : 0;
  },
  import: importHwloc,
};
