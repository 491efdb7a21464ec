import type { RunReport, RunStep } from '../engine/scenario/run-report.ts';
import { cpuWords, kernelWords, revisionWords } from './page/headline.ts';
import { type Block, type Cell, cell, lines, type Page, type Paragraph, type Section, span } from './page/page.ts';
import { differenceWords, leftover, quoted, saying } from './run-sentences.ts';
import { assumptionWords } from './words/assumptions.ts';
import { cureWords, notCuredWords } from './words/cures.ts';
import { eventHeading } from './words/ledger-events.ts';
import { asSentence, findingText } from './words/ledger-findings.ts';
import { symptomWords, takenWords } from './words/snapshots.ts';
import { counted, listed, wordOf } from './words/word-of.ts';

function wentStale(step: RunStep, all: boolean): Section | null {
  const fresh = new Set(step.changes.stale);
  const snapshots = step.snapshots.filter(({ stale, holder }) => stale && (all || fresh.has(holder)));
  const guests = step.guests.filter(({ stale, name }) => stale && (all || fresh.has(`guest ${name}`)));
  if (snapshots.length + guests.length === 0) return null;
  const because = (row: (typeof snapshots)[number]): Cell =>
    lines(row.notCuredBy.map(({ cure, why }) => `${wordOf(cureWords, cure)}: ${wordOf(notCuredWords, why)}`));
  return {
    kind: 'section',
    id: 'stale',
    columns: [
      { title: all ? 'STALE' : 'GOES STALE' },
      { title: 'TAKEN' },
      { title: 'DIFFERS', min: 16 },
      { title: 'CURED BY' },
      { title: 'NOT BY', min: 20 },
      { title: 'SYMPTOM', min: 16 },
    ],
    rows: [
      ...snapshots.map((row) => [
        cell(row.holder, 'strong'),
        cell(wordOf(takenWords, row.takenAt)),
        lines(differenceWords(row.differences, all)),
        cell(row.cures.map((cure) => wordOf(cureWords, cure)).join(' or ')),
        because(row),
        cell(wordOf(symptomWords, row.symptom), 'dim'),
      ]),
      ...guests.map((row) => [
        cell(`guest ${row.name}`, 'strong'),
        cell('its start'),
        lines(differenceWords(row.differences, all)),
        cell(row.cures.map((cure) => wordOf(cureWords, cure)).join(', then ')),
        cell(''),
        cell(wordOf(symptomWords, 'guest-frozen'), 'dim'),
      ]),
    ],
  };
}

function stepBlocks(report: RunReport, at: number, all: boolean): Block[] {
  const step = report.steps[at]!;
  const before = report.steps[at - 1];
  const { type } = step.event;
  const repeated = type !== 'kvm-load' || report.steps.slice(0, at).some((one) => one.event.type === 'kvm-unload' && one.outcome === 'done');
  const refusal = step.outcome === 'refused';
  const cured = step.changes.cured;
  const paragraphs: Paragraph[] = [
    ...(step.event.note === undefined ? [] : [[span(step.event.note, 'fine')] as Paragraph]),
    ...step.findings.map((finding): Paragraph => [span(findingText(finding), refusal ? 'bad' : 'plain')]),
    ...quoted(step, all),
    ...saying(step, before).map((text): Paragraph => [span(asSentence(text))]),
    ...leftover(step, repeated, all).map((text): Paragraph => [span(asSentence(text), 'warn')]),
    ...(cured.length > 0 ? [[span(`No longer stale: ${listed(cured)}.`, 'good')] as Paragraph] : []),
  ];
  const section = wentStale(step, all);
  const divider: Block = { kind: 'divider', text: `${at + 1}  ${eventHeading(step.event)}${refusal ? '  (refused)' : ''}` };
  return [divider, { kind: 'note', paragraphs }, ...(section ? [section] : [])];
}

function answer(report: RunReport): Cell {
  const { done, refused, stale } = report.summary;
  const most = Math.max(...report.steps.map(({ snapshots, guests }) => [...snapshots, ...guests].filter((row) => row.stale).length));
  const first = `${counted(done, 'event happens', 'events happen')}${refused > 0 ? `, ${refused} ${refused === 1 ? 'is' : 'are'} refused` : ''}.`;
  const end =
    stale > 0
      ? `At the end ${counted(stale, 'copy is', 'copies are')} stale.`
      : most > 0
        ? `Up to ${counted(most, 'copy', 'copies')} are stale on the way; at the end none is.`
        : 'No copy goes stale.';
  return [[span(`${first} ${end}`, stale > 0 ? 'warn' : 'good')], ...guardSentence(report)];
}

function guardSentence({ guard }: RunReport): Paragraph[] {
  if (guard.mode === 'off') return [];
  const events = new Set(guard.reads.map(({ event }) => event)).size;
  const did = guard.mode === 'deny' ? 'refuses' : 'warns of';
  return [
    [
      span(
        `The guard ${did} ${counted(guard.reads.length, 'read of a stale copy', 'reads of stale copies')} by ${counted(events, 'event')}.`,
        events > 0 ? 'warn' : 'good',
      ),
    ],
  ];
}

/**
 * A scenario as a story: every event with what it did, what the kernel says, who went stale and who is right again.
 * @param all everything that is stale at each step, and every line of the log
 */
export function runPage(report: RunReport, all: boolean): Page {
  const first = report.steps[0]!.state;
  const assumed = report.summary.assumptions.map((code) => `Assumed: ${wordOf(assumptionWords, code)}.`);
  return {
    title: report.title ?? report.id ?? 'A scenario',
    headline: [
      ...(report.title === null ? [] : [report.title]),
      cpuWords(first.cpu),
      `microcode ${revisionWords(first.cpu.microcode)}`,
      kernelWords(report.kernel),
      `policy ${report.policy}`,
    ],
    answer: answer(report),
    blocks: [
      ...report.steps.flatMap((_, at) => stepBlocks(report, at, all)),
      ...(assumed.length > 0 ? [{ kind: 'note', paragraphs: lines(assumed, 'dim') } as Block] : []),
    ],
    next: [],
  };
}
