import type { DiffReport, DiffRows, LoadReason, Verdict } from '../../engine/model/report.ts';
import { cureWords } from '../words/cures.ts';
import { errnoWords } from '../words/load-outcomes.ts';
import { loadReasonText } from '../words/load-reasons.ts';
import { counted, cpuList, listed, own, wordOf } from '../words/word-of.ts';
import { type Cell, type Paragraph, span } from './page.ts';

/** @returns the sentence of a reason, without its full stop. */
export function reasonText({ code, args, text }: LoadReason): string {
  return (text ?? loadReasonText(code, args)).replace(/\.$/, '');
}

/** Some reasons only colour a load: it runs, and taints. */
export function stops(reason: LoadReason): boolean {
  return reason.hard;
}

function withReason(start: string, report: DiffReport): string {
  const [first, ...others] = report.load.reasons.filter(stops);
  if (!first) return `${start}.`;
  const more = others.length > 0 ? `, and ${counted(others.length, 'more reason')}` : '';
  const text = reasonText(first);
  return `${start}: ${/^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text}${more}.`;
}

/** A kernel that takes the update and calls itself tainted: why, where a reason says so. */
function taintClause({ blob, load }: DiffReport): string {
  if (!load.reasons.some((reason) => reason.code === 'minrev')) return ' and taints itself';
  const none = blob.minRevision === null || /^0x0+$/.test(blob.minRevision);
  return ` and taints itself: ${none ? 'the update declares no minimum revision' : `the update wants at least revision ${blob.minRevision} to be running`}`;
}

function mixed(report: DiffReport): string {
  const groups = report.load.revisions.map(({ cpus, after }) => `${cpuList(cpus)} at ${after}`);
  return groups.length > 1 ? ` The machine runs mixed: ${listed(groups)}.` : '';
}

/** What becomes of the load, in a sentence or two. */
export function loadSentence(report: DiffReport): Paragraph {
  const { outcome, errno } = report.load;
  const error = errno === null ? '' : ` with ${own(errnoWords, errno) ?? errno}`;
  const taints = report.load.taints.length > 0;
  if (outcome === 'updated') return [span(`The kernel takes this update${taints ? `${taintClause(report)}` : ''}.`, taints ? 'plain' : 'good')];
  if (outcome === 'partial') return [span(`${withReason(`Only some CPUs take this update; the write fails${error}`, report)}${mixed(report)}`, 'bad')];
  if (outcome === 'failed') return [span(withReason(`The kernel tries this update and no CPU takes it; the write fails${error}`, report), 'bad')];
  if (outcome === 'nothing-to-do')
    return [span(`${withReason('The write succeeds and changes nothing', report)}${taints ? ' The kernel taints itself all the same.' : ''}`, 'warn')];
  if (outcome === 'inhibited') return [span(`${withReason('An inhibitor holds this update back', report)} Nothing changes.`, 'warn')];
  return [span(`${withReason(`The kernel refuses this update${error}`, report)} Nothing changes${taints ? ', but the kernel taints itself' : ''}.`, 'bad')];
}

type Counts = Partial<Record<Verdict, number>>;

function countsOf(rows: readonly { readonly verdict: Verdict }[]): Counts {
  const counts: Counts = Object.create(null) as Counts;
  for (const { verdict } of rows) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

type Clause = readonly [count: number | undefined, one: string, many: string];

/** Worst first. */
function clauses(rows: DiffRows): Clause[] {
  const found = countsOf(rows.vulnerabilities);
  const features = countsOf(rows.features);
  const bugs = countsOf(rows.bugs);
  return [
    [found.hazard, 'vulnerability is a hazard', 'vulnerabilities are a hazard'],
    [features.hazard, 'feature disappears under code that may use it', 'features disappear under code that may use them'],
    [bugs.hazard, 'bug appears that the kernel does not know', 'bugs appear that the kernel does not know'],
    [found['not-engaged'], 'mitigation is reported and not executed', 'mitigations are reported and not executed'],
    [found.stranded, 'vulnerability stays open though the CPU could close it', 'vulnerabilities stay open though the CPU could close them'],
    [found['opt-out-overridden'], 'mitigation is on that you switched off', 'mitigations are on that you switched off'],
    [found['pessimistic-report'], 'vulnerability is safer than the kernel will say', 'vulnerabilities are safer than the kernel will say'],
    [found['silent-fix'], 'vulnerability is fixed without a word', 'vulnerabilities are fixed without a word'],
    [found.equivalent, 'vulnerability is as safe now as after a reboot', 'vulnerabilities are as safe now as after a reboot'],
    [found['re-evaluated'], 'vulnerability is looked at again by the running kernel', 'vulnerabilities are looked at again by the running kernel'],
    [features.stranded, 'feature is stranded', 'features are stranded'],
    [features['not-engaged'], 'feature is reported and not used', 'features are reported and not used'],
    [rows.snapshots.filter((row) => row.stale).length, 'snapshot goes stale', 'snapshots go stale'],
    [rows.guests.filter((row) => row.stale).length, 'guest keeps what it was told', 'guests keep what they were told'],
  ];
}

const BOOTS = new Set(['reboot', 'kexec']);

/** Whether something is only right again after a new boot: a text, a flag, a bug, or a copy without another cure. */
function needsReboot(rows: DiffRows): boolean {
  const texts = [...rows.vulnerabilities, ...rows.features, ...rows.bugs].some((row) => row.reported !== row.afterReboot);
  const stranded = [...rows.vulnerabilities, ...rows.features].some((row) => row.verdict === 'stranded' || row.verdict === 'not-engaged');
  const copies = [...rows.snapshots, ...rows.guests].some(
    (row) => row.stale && row.cures.every((cure) => BOOTS.has(cure) || cure === 'guest-recreate') && row.cures.some((cure) => BOOTS.has(cure)),
  );
  return texts || stranded || copies;
}

function cureSentence(rows: DiffRows, stale: boolean): string {
  if (needsReboot(rows)) return ' Only a reboot cures all.';
  if (!stale) return '';
  const cures = new Set([...rows.snapshots, ...rows.guests].filter((row) => row.stale).map((row) => row.cures.find((cure) => !BOOTS.has(cure)) ?? 'reboot'));
  return ` Cured without a reboot: ${listed([...cures].map((cure) => wordOf(cureWords, cure)))}.`;
}

/** How many rows of each kind a load leaves, and what cures them. */
export function countSentence(rows: DiffRows): Paragraph {
  const parts = clauses(rows).filter(([count]) => (count ?? 0) > 0);
  if (parts.length === 0)
    return [
      span(needsReboot(rows) ? 'Only a reboot shows what the update changes.' : 'Nothing changes for the running kernel, and nothing goes stale.', 'good'),
    ];
  const texts = parts.map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  const stale = [...rows.snapshots, ...rows.guests].some((row) => row.stale);
  return [span(`${texts.join(', ')}.${cureSentence(rows, stale)}`)];
}

/** The answer: what becomes of the load, then, if it was taken, what it leaves. */
export function diffAnswer(report: DiffReport): Cell {
  const taken = report.load.outcome === 'updated' || report.load.outcome === 'partial';
  return taken ? [loadSentence(report), countSentence(report)] : [loadSentence(report)];
}
