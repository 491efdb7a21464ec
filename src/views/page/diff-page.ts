import type { DiffReport, DiffRows } from '../../engine/model/report.ts';
import { assumptionWords } from '../words/assumptions.ts';
import { loadReasonLift } from '../words/load-reasons.ts';
import { wordOf } from '../words/word-of.ts';
import { guestSection, snapshotSection } from './copy-sections.ts';
import { countSentence, diffAnswer, reasonText, stops } from './diff-answer.ts';
import { cpuWords, kernelWords, revisionWords } from './headline.ts';
import { inhibitorSection, reevaluationNote } from './inhibitor-section.ts';
import { type Block, cell, lines, type Page, type Section } from './page.ts';
import { guardSection, planBlocks } from './plan-section.ts';
import { bugSection, featureSection, siliconSection } from './row-sections.ts';
import { vulnerabilitySection } from './vulnerability-section.ts';

export interface DiffPageOptions {
  /** Rows without news too. */
  readonly all: boolean;
  /** Ids of sections; null: all. */
  readonly only: readonly string[] | null;
  readonly next?: readonly string[];
}

/** @returns machine, revisions, kernel and policy: the first line of every page about a load. */
export function headline(report: DiffReport): string[] {
  const { revisions } = report.load;
  const before = revisions[0]?.before ?? revisionWords(report.cpu.microcode);
  const after = revisions[0]?.after ?? before;
  const offered = report.blob.revision ?? 'unknown';
  const microcode = before === after ? `microcode ${before}, offered ${offered}` : `microcode ${before} -> ${after}`;
  return [cpuWords(report.cpu), microcode, kernelWords(report.kernel), `policy ${report.policy}`];
}

function reasonSection({ load }: DiffReport): Section | null {
  // What a policy holds back for has a section of its own.
  const reasons = load.outcome === 'inhibited' ? load.reasons.filter((reason) => reason.enforcedBy !== 'policy') : load.reasons;
  if (reasons.length === 0 || load.outcome === 'updated') return null;
  return {
    kind: 'section',
    id: 'load',
    columns: [{ title: 'REASON' }, { title: 'WHAT IT MEANS', label: 'means', min: 24 }, { title: 'ENFORCED BY' }, { title: 'LIFTED BY', min: 20 }],
    rows: reasons.map((reason) => [
      cell(reason.code, 'strong'),
      cell(`${reasonText(reason)}.`),
      cell(reason.enforcedBy),
      stops(reason) ? cell(loadReasonLift(reason.code) ?? '') : cell('need not be lifted: it does not stop the load', 'dim'),
    ]),
  };
}

/** What an accepted load brings along beside the missing minimum revision, which the answer tells. */
function noteSection({ load }: DiffReport): Block[] {
  const notes = load.outcome === 'updated' ? load.reasons.filter(({ code }) => code !== 'minrev') : [];
  return notes.length === 0
    ? []
    : [
        {
          kind: 'note',
          paragraphs: lines(
            notes.map((reason) => `${reasonText(reason)}.`),
            'warn',
          ),
        },
      ];
}

/** The silicon has no name of its own in `--only`: it belongs to the features. */
function wanted(id: string, only: readonly string[] | null): boolean {
  return only === null || only.includes(id) || (id === 'silicon' && only.includes('features'));
}

function rowBlocks(rows: DiffRows, { all, only }: DiffPageOptions): Block[] {
  const sections = {
    vulnerabilities: () => vulnerabilitySection(rows.vulnerabilities, all),
    features: () => featureSection(rows, all),
    bugs: () => bugSection(rows, all),
    silicon: () => siliconSection(rows, all),
    snapshots: () => snapshotSection(rows, all),
    guests: () => guestSection(rows, all),
  };
  return Object.entries(sections).flatMap(([id, build]): Block[] => {
    const built = wanted(id, only) ? build() : null;
    if (built) return [built];
    return only?.includes(id) ? [{ kind: 'note', paragraphs: cell(`No change in ${id}.`, 'dim') }] : [];
  });
}

function present(...sections: readonly (Section | null)[]): Section[] {
  return sections.filter((section) => section !== null);
}

/** What was taken for granted. */
export function assumptionNote(assumptions: readonly string[]): Block[] {
  if (assumptions.length === 0) return [];
  return [
    {
      kind: 'note',
      paragraphs: lines(
        assumptions.map((code) => `Assumed: ${wordOf(assumptionWords, code)}.`),
        'dim',
      ),
    },
  ];
}

/** What would have followed had a refused load been taken. */
function ifLoadedBlocks(rows: DiffRows, options: DiffPageOptions): Block[] {
  return [
    { kind: 'divider', text: 'HAD THE LOAD BEEN TAKEN, THIS WOULD HAVE FOLLOWED' },
    { kind: 'note', paragraphs: [countSentence(rows)] },
    ...rowBlocks(rows, options),
  ];
}

/**
 * The dry run as a page: the answer, the rows that prove it, what to do next.
 * @param report of `cpueval diff`; a refused load with the rows that would have followed
 */
export function diffPage(report: DiffReport, options: DiffPageOptions): Page {
  const taken = report.load.outcome === 'updated' || report.load.outcome === 'partial';
  // A load and a reboot need no table: the answer has said it.
  const plan = options.only?.includes('plan') || (options.only === null && report.plan.steps.length > 1) ? planBlocks(report.plan) : [];
  return {
    title: `${cpuWords(report.cpu)}, microcode ${revisionWords(report.cpu.microcode)} to ${report.blob.revision ?? report.blob.id}`,
    headline: headline(report),
    answer: diffAnswer(report),
    blocks: [
      ...noteSection(report),
      ...present(reasonSection(report), inhibitorSection(report)),
      ...reevaluationNote(report),
      ...(taken || report.ifLoaded === null ? rowBlocks(report, options) : ifLoadedBlocks(report.ifLoaded, options)),
      ...plan,
      ...present(guardSection(report.guard)),
      ...assumptionNote(report.summary.assumptions),
    ],
    next: options.next ?? [],
  };
}
