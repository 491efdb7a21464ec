import type { EvalReport } from '../../engine/model/report.ts';
import { engagedWords, prctlWords, switchWords } from '../words/engaged.ts';
import { inputsWords } from '../words/inputs.ts';
import { taintWords } from '../words/load-outcomes.ts';
import { counted, cpuList, listed, wordOf } from '../words/word-of.ts';
import { cpuWords, kernelWords, revisionWords } from './headline.ts';
import { type Block, type Cell, cell, lines, type Page, type Section, span, type Tone } from './page.ts';

export interface EvalPageOptions {
  readonly all: boolean;
  readonly next?: readonly string[];
}

type Kind = 'vulnerable' | 'unknown' | 'mitigated' | 'not-affected';

/** What a line of sysfs begins with; KVM's own lines carry a prefix. */
function kindOf(text: string): Kind {
  const says = text.replace(/^KVM: /, '');
  if (says.startsWith('Not affected')) return 'not-affected';
  if (says.startsWith('Mitigation')) return 'mitigated';
  return says.startsWith('Unknown') ? 'unknown' : 'vulnerable';
}

const tones: Readonly<Record<Kind, Tone>> = { vulnerable: 'bad', unknown: 'warn', mitigated: 'good', 'not-affected': 'dim' };

/** A mitigation with a hole for sibling threads is not all green. */
function toneOf(text: string): Tone {
  const kind = kindOf(text);
  return kind === 'mitigated' && text.includes('vulnerable') ? 'warn' : tones[kind];
}

function names(report: EvalReport, kind: Kind): string[] {
  return Object.entries(report.vulnerabilities)
    .filter(([, text]) => kindOf(text) === kind)
    .map(([name]) => name);
}

function answer(report: EvalReport): Cell {
  const open = names(report, 'vulnerable');
  const parts = [
    open.length > 0
      ? `${counted(open.length, 'file says', 'files say')} that the machine is vulnerable: ${listed(open)}.`
      : 'No file says that the machine is vulnerable.',
    `${names(report, 'mitigated').length} mitigated, ${names(report, 'not-affected').length} not affected${names(report, 'unknown').length > 0 ? `, ${names(report, 'unknown').length} unknown` : ''}.`,
  ];
  const guesses = Object.keys(report.unknown?.vulnerabilities ?? {}).length;
  const unknown: Cell =
    guesses === 0 ? [] : cell(`${counted(guesses, 'line rests', 'lines rest')} on what the profile does not say, and could be otherwise.`, 'warn');
  const taint = report.tainted.length > 0 ? ` The kernel is tainted: ${listed(report.tainted.map((one) => wordOf(taintWords, one)))}.` : '';
  return [
    [span(parts.join(' '), open.length > 0 ? 'plain' : 'good')],
    cell(`SMT is ${report.smt.active ? 'active' : 'not active'} (control: ${report.smt.control}).${taint}`)[0]!,
    ...unknown,
  ];
}

/** Below what the kernel would say: that it rests on what nobody knows. */
function notKnown(refs: readonly string[] | undefined): Cell {
  return refs === undefined ? [] : cell(`not known: the profile does not say ${inputsWords(refs)}`, 'warn');
}

function fileSection(report: EvalReport, all: boolean): Block[] {
  const open = report.unknown?.vulnerabilities ?? {};
  const files = Object.entries(report.vulnerabilities).filter(([name, text]) => all || kindOf(text) !== 'not-affected' || Object.hasOwn(open, name));
  const table: Section = {
    kind: 'section',
    id: 'vulnerabilities',
    columns: [{ title: 'VULNERABILITY' }, { title: 'KERNEL SAYS', min: 24 }],
    rows: files.map(([name, text]) => [cell(name, 'strong'), [...cell(text, toneOf(text)), ...notKnown(report.unknown?.vulnerabilities[name])]]),
  };
  const rest = names(report, 'not-affected').filter((name) => !all && !files.some(([shown]) => shown === name));
  const note: Block[] = all || rest.length === 0 ? [] : [{ kind: 'note', paragraphs: cell(`Not affected: ${rest.join(', ')}.`, 'dim') }];
  return files.length > 0 ? [table, ...note] : note;
}

function switched(on: boolean): Cell {
  return on ? cell('yes', 'good') : cell('no');
}

function engagedSection({ engaged }: EvalReport, all: boolean): Section {
  const { prctl } = engaged;
  const values: [keyof EvalReport['engaged'], Cell][] = [
    ['verwOnExit', switched(engaged.verwOnExit)],
    ['verwOnIdle', switched(engaged.verwOnIdle)],
    ['ibpbOnEntry', switched(engaged.ibpbOnEntry)],
    ['ibpbOnSwitch', cell(wordOf(switchWords, engaged.ibpbOnSwitch))],
    ['ibrsOnEntry', switched(engaged.ibrsOnEntry)],
    ['specCtrl', cell(engaged.specCtrl ?? 'none')],
    ['tsxCtrl', cell(engaged.tsxCtrl ?? 'none')],
    ['mcuOptCtrl', cell(engaged.mcuOptCtrl ?? 'none')],
    [
      'prctl',
      lines([
        `indirect branches ${prctlWords(prctl.indirectBranch)}`,
        `store bypass ${prctlWords(prctl.storeBypass)}`,
        `L1D flush ${prctlWords(prctl.l1dFlush)}`,
      ]),
    ],
  ];
  const shown = all ? values : values.slice(0, 5);
  return {
    kind: 'section',
    id: 'engaged',
    columns: [{ title: 'THE KERNEL EXECUTES' }, { title: '' }],
    rows: shown.map(([key, value]) => [cell(engagedWords[key]), value]),
  };
}

function kvmSection({ kvm }: EvalReport): Section[] {
  if (kvm === null) return [];
  const rows = Object.entries(kvm.caps).map(([register, value]) => [cell(register, 'strong'), cell(value)]);
  if (kvm.archCapabilities !== null) rows.push([cell('ARCH_CAPABILITIES', 'strong'), cell(kvm.archCapabilities)]);
  return [{ kind: 'section', id: 'kvm', columns: [{ title: `${kvm.module.toUpperCase()} OFFERS` }, { title: 'VALUE' }], rows }];
}

function otherSection({ otherCpus }: EvalReport): Section[] {
  if (otherCpus.length === 0) return [];
  return [
    {
      kind: 'section',
      id: 'other-cpus',
      columns: [{ title: 'OTHER CPUS' }, { title: 'MICROCODE' }, { title: 'DIFFERS FROM CPU 0 IN', min: 20 }],
      rows: otherCpus.map((other) => [
        cell(cpuList(other.cpus), 'strong'),
        cell(other.microcode ?? 'the same', other.microcode === undefined ? 'dim' : 'warn'),
        lines([...(other.flags ? [`flags (${other.flags.length})`] : []), ...(other.bugs ? [`bugs (${other.bugs.length})`] : [])]),
      ]),
    },
  ];
}

/** Bugs and flags that rest on what nobody knows, printed or not. */
function notKnownNames(title: string, names: Readonly<Record<string, readonly string[]>> | undefined, all: boolean): Cell {
  const found = Object.keys(names ?? {});
  if (found.length === 0) return [];
  const shown = all ? found : found.slice(0, 12);
  const more = found.length > shown.length ? ` and ${found.length - shown.length} more` : '';
  return [[span(`${title} not known: `, 'strong'), span(`${shown.join(' ')}${more}`, 'warn')]];
}

function flagBlocks({ cpuinfo, unknown }: EvalReport, all: boolean): Block[] {
  const paragraphs: Cell = [
    [span('bugs: ', 'strong'), span(cpuinfo.bugs.join(' ') || 'none')],
    ...notKnownNames('bugs', unknown?.bugs, all),
    all ? [span('flags: ', 'strong'), span(cpuinfo.flags.join(' '))] : [span(`${cpuinfo.flags.length} flags`, 'dim')],
    ...notKnownNames('flags', unknown?.flags, all),
    ...(all && cpuinfo.vmxFlags.length > 0 ? [[span('vmx flags: ', 'strong'), span(cpuinfo.vmxFlags.join(' '))]] : []),
  ];
  return [{ kind: 'note', paragraphs }];
}

/** One boot as a page: what sysfs says, what the kernel executes, what is in /proc/cpuinfo. */
export function evalPage(report: EvalReport, options: EvalPageOptions): Page {
  const { cpu, kernel, cmdline } = report;
  const log: Block[] =
    options.all && report.log.length > 0
      ? [
          { kind: 'divider', text: 'KERNEL LOG' },
          { kind: 'note', paragraphs: lines(report.log) },
        ]
      : [];
  return {
    title: `${cpuWords(cpu)}, microcode ${revisionWords(cpu.microcode)}`,
    headline: [cpuWords(cpu), `microcode ${revisionWords(cpu.microcode)}`, kernelWords(kernel), ...(cmdline === '' ? [] : [`command line ${cmdline}`])],
    answer: answer(report),
    blocks: [
      ...fileSection(report, options.all),
      engagedSection(report, options.all),
      ...otherSection(report),
      ...kvmSection(report),
      ...flagBlocks(report, options.all),
      ...log,
    ],
    next: options.next ?? [],
  };
}
