import type { SnapshotDifference } from '../engine/model/report.ts';
import type { RunStep } from '../engine/scenario/run-report.ts';
import { someOf, valueWords } from './page/differences.ts';
import { type Paragraph, span } from './page/page.ts';
import { notCuredWords } from './words/cures.ts';
import { refName } from './words/ledger-findings.ts';
import { cpuList, listed, wordOf } from './words/word-of.ts';

/** Which cure an event is the play of, and whose copies people expect it to cure: what it leaves stale it must explain. */
const CURE_OF: Readonly<Record<string, readonly [cure: string, holders: RegExp]>> = {
  'kvm-load': ['kvm-reload', /^(?:kvm|vm|xstate|nx|libvirt)/],
  'cpu-online': ['cpu-hotplug', /^boot_cpu_data$/],
  resume: ['cpu-hotplug', /^boot_cpu_data$/],
  'process-start': ['process-restart', /^(?:process|running) /],
  'module-load': ['module-reload', /^module /],
};

/** @returns how a copy differs, in words: `misses md_clear`, `keeps rtm`, `mds: A, now B`. */
export function differenceWords(differences: readonly SnapshotDifference[], all: boolean): string[] {
  const names = (held: boolean): string[] => differences.filter((one) => one.held === held && one.now === !held).map(({ ref }) => refName(ref));
  const [keeps, misses] = [names(true), names(false)];
  const values = differences.filter(({ held, now }) => typeof held !== 'boolean' || typeof now !== 'boolean');
  return [
    ...(misses.length > 0 ? [`misses ${someOf(misses, all)}`] : []),
    ...(keeps.length > 0 ? [`keeps ${someOf(keeps, all)}`] : []),
    ...(values.length > 0
      ? [
          someOf(
            values.map(({ ref, held, now }) => `${refName(ref)}: ${valueWords(held)}, now ${valueWords(now)}`),
            all,
          ),
        ]
      : []),
  ];
}

/** Texts of sysfs that this step changed; nothing where it is the first. */
function textChanges(step: RunStep, before: RunStep | undefined): string[] {
  if (!before) return [];
  const [was, is] = [before.state.vulnerabilities, step.state.vulnerabilities];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => was[name] !== is[name])
    .map((name) => `${name}: ${was[name] ?? 'no such file'} -> ${is[name] ?? 'no such file'}`);
}

function listChanges(name: string, was: readonly string[], is: readonly string[]): string[] {
  const [gone, come] = [was.filter((one) => !is.includes(one)), is.filter((one) => !was.includes(one))];
  return [...(come.length > 0 ? [`${name} gains ${come.join(' ')}`] : []), ...(gone.length > 0 ? [`${name} loses ${gone.join(' ')}`] : [])];
}

function otherFlags({ state }: RunStep): string[] {
  const different = state.otherCpus.filter((other) => other.flags);
  return different.map(
    (other) =>
      `${cpuList(other.cpus)} ${other.cpus.length === 1 ? 'shows' : 'show'} other flags than CPU 0: ${listChanges('it', state.cpuinfo.flags, other.flags!).join(', ')}`,
  );
}

/** What the kernel says now that it did not say before; of a boot, which files call the machine vulnerable. */
export function saying(step: RunStep, before: RunStep | undefined): string[] {
  const { vulnerabilities, cpuinfo } = step.state;
  if (!before) {
    const open = Object.keys(vulnerabilities).filter((name) => /^(?:KVM: )?Vulnerable/.test(vulnerabilities[name] ?? ''));
    return [open.length > 0 ? `sysfs says vulnerable: ${listed(open)}` : 'sysfs says vulnerable of nothing'];
  }
  const changes = [
    ...textChanges(step, before),
    ...listChanges('/proc/cpuinfo', before.state.cpuinfo.flags, cpuinfo.flags),
    ...listChanges('bugs', before.state.cpuinfo.bugs, cpuinfo.bugs),
    ...otherFlags(step).filter((text) => !otherFlags(before).includes(text)),
  ];
  if (changes.length > 0) return changes;
  return step.event.type === 'microcode-late-load' && step.outcome === 'done' ? ['sysfs and the flags in /proc/cpuinfo say what they said before'] : [];
}

/** @returns lines that the kernel printed at this step, those of a boot only on demand. */
export function quoted(step: RunStep, all: boolean): Paragraph[] {
  // A boot has said a hundred lines before; of later events each line counts.
  const shown = all || !['boot', 'reboot', 'kexec'].includes(step.event.type) ? step.log : [];
  return shown.map((line) => [span('  kernel: ', 'dim'), span(line, 'dim')]);
}

/** Rows that this event would be thought to cure, and why they are stale all the same. */
export function leftover(step: RunStep, repeated: boolean, all: boolean): string[] {
  const known = CURE_OF[step.event.type];
  if (known === undefined || step.outcome === 'refused' || !repeated) return [];
  const [cure, holders] = known;
  return step.snapshots.flatMap((row) => {
    const why = row.stale && holders.test(row.holder) ? row.notCuredBy.find((one) => one.cure === cure)?.why : undefined;
    return why === undefined ? [] : [`${row.holder} still ${differenceWords(row.differences, all).join('; ')}: ${wordOf(notCuredWords, why)}`];
  });
}
