import type { RunReport, RunStep } from '../engine/scenario/run-report.ts';
import { cpuWords, kernelWords } from './page/headline.ts';
import { type Cell, cell, lines, type Page } from './page/page.ts';
import { counted, listed } from './words/word-of.ts';

/** A scenario under one policy. */
export interface Variant {
  readonly policy: string;
  readonly inhibit: boolean;
  readonly report: RunReport;
}

const isLoad = ({ event }: RunStep): boolean => event.type === 'microcode-late-load';
const staleAt = (step: RunStep | undefined): number => (step ? [...step.snapshots, ...step.guests].filter(({ stale }) => stale).length : 0);

function loadCell(load: RunStep | undefined): Cell {
  if (load === undefined) return cell('no load', 'dim');
  if (load.outcome === 'done') return cell('taken');
  const [, ...reasons] = load.findings;
  return lines(['refused', ...reasons.map(({ code }) => code)], 'warn');
}

/** What the kernel says otherwise after the load than before it. */
function newsOf(report: RunReport): Cell {
  const at = report.steps.findIndex(isLoad);
  const [before, after] = [report.steps[at - 1]?.state, report.steps[at]?.state];
  if (!before || !after) return [];
  const flags = after.cpuinfo.flags.filter((flag) => !before.cpuinfo.flags.includes(flag)).map((flag) => `+${flag}`);
  const lost = before.cpuinfo.flags.filter((flag) => !after.cpuinfo.flags.includes(flag)).map((flag) => `-${flag}`);
  const files = Object.keys(after.vulnerabilities).filter((name) => after.vulnerabilities[name] !== before.vulnerabilities[name]);
  const found = load(report)?.findings.some(({ code }) => code.includes('not-engaged')) ? ['reported, not executed'] : [];
  const news = [...flags, ...lost, ...files, ...found];
  return news.length === 0 ? cell('as before', 'dim') : lines(news);
}

function load(report: RunReport): RunStep | undefined {
  return report.steps.find(isLoad);
}

/** Stale copies right before the first event after the load that starts a new kernel. */
function beforeNewKernel({ steps }: RunReport): RunStep | undefined {
  const loadAt = steps.findIndex(isLoad);
  const at = steps.findIndex(({ event }, index) => index > loadAt && (event.type === 'reboot' || event.type === 'kexec'));
  return at < 0 ? steps.at(-1) : steps[at - 1];
}

function row({ policy, inhibit, report }: Variant): Cell[] {
  const reads = report.steps.flatMap(({ findings }) => findings.filter(({ code }) => code === 'reads-stale-copies')).length;
  const count = (step: RunStep | undefined): Cell => cell(`${staleAt(step)}`, staleAt(step) > 0 ? 'warn' : 'good');
  return [
    cell(policy, 'strong'),
    cell(inhibit ? 'on' : 'off'),
    loadCell(load(report)),
    newsOf(report),
    count(load(report)),
    cell(`${reads}`, reads > 0 ? 'warn' : 'good'),
    count(beforeNewKernel(report)),
    count(report.steps.at(-1)),
  ];
}

/** One scenario under every policy, with and without inhibitors. */
export function sideBySidePage(variants: readonly Variant[]): Page {
  const { report } = variants[0]!;
  const refused = variants
    .filter(({ report: one }) => load(one)?.outcome === 'refused')
    .map(({ policy, inhibit }) => `${policy}${inhibit ? ' with inhibitors' : ''}`);
  return {
    title: report.title ?? report.id ?? 'A scenario',
    headline: [...(report.title === null ? [] : [report.title]), cpuWords(report.steps[0]!.state.cpu), kernelWords(report.kernel)],
    answer: [
      cell(`The same ${counted(report.steps.length, 'event')} ${variants.length} times.`)[0]!,
      cell(refused.length === 0 ? 'Nobody refuses the load.' : `The load is refused under ${listed(refused)}.`)[0]!,
    ],
    blocks: [
      {
        kind: 'section',
        id: 'side-by-side',
        columns: [
          { title: 'POLICY' },
          { title: 'INHIBITORS' },
          { title: 'LOAD', min: 14 },
          { title: 'KERNEL SAYS NEW', min: 14 },
          { title: 'STALE THEN' },
          { title: 'EVENTS THAT READ STALE' },
          { title: 'STALE BEFORE REBOOT' },
          { title: 'AT THE END' },
        ],
        rows: variants.map(row),
      },
    ],
    next: report.id === null ? [] : [`cpueval run ${report.id}`],
  };
}
