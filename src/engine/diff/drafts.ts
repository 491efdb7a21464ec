import type { Boot } from '../boot/boot.ts';
import type { Machine } from '../model/machine.ts';
import { type Verdict, worse } from '../model/report.ts';
import { sysfsRows } from '../report/sysfs.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { isAffected, isErratum, type Vulnerability } from '../vulnerabilities/_define.ts';
import type { Part, Standing } from '../vulnerabilities/_protection.ts';
import { vulnerabilities } from '../vulnerabilities/index.ts';
import { asClaimed, marked } from './claims.ts';
import type { ThreeMachines } from './feature-rows.ts';
import { type PartInThree, verdictOfRow } from './verdict.ts';

const ABSENT = { state: 'not-affected', why: 'not-affected' } as const;

/** One vulnerability seen by one kernel on one silicon; the step records what was asked. */
interface Seen {
  readonly parts: readonly Part[];
  readonly step: number;
}

/** A kernel that does not know the bug leaves it open, though nobody asked for that. */
function unaware(parts: readonly Part[]): Part[] {
  return parts.map((part) => (part.state === 'exposed' ? { part: part.part, state: 'exposed', why: 'bug-not-known' } : part));
}

function look(standing: Standing, vulnerability: Vulnerability, affectedSomewhere: boolean): Seen {
  const { k } = standing;
  k.begin();
  const affected = isAffected(k, vulnerability);
  const parts = affectedSomewhere ? (vulnerability.protection?.(standing) ?? [{ part: vulnerability.id, state: 'unknown', why: 'not-modelled' }]) : [];
  return { parts: affected ? parts : unaware(parts), step: k.trace.step(`${vulnerability.id}/protection`) };
}

/** The parts of all three, paired by name; a kernel that is not affected has none and needs none. */
function paired(before: Seen, late: Seen, reboot: Seen): PartInThree[] {
  const names = [...new Set([...late.parts, ...before.parts, ...reboot.parts].map((part) => part.part))];
  const of = (seen: Seen, part: string): Part => seen.parts.find((one) => one.part === part) ?? { part, ...ABSENT };
  return names.map((part) => ({ part, before: of(before, part), late: of(late, part), reboot: of(reboot, part) }));
}

/** What three kernels print and what protects under each, before anybody explains it. */
export interface Draft {
  readonly vulnerability: Vulnerability;
  /** null: it has no file. */
  readonly texts: readonly [before: string | null, reported: string | null, afterReboot: string | null];
  readonly affected: boolean;
  readonly needsMicrocode: boolean;
  readonly parts: readonly PartInThree[];
  /** Steps behind the row in the running kernel's record, and in that of the rebooted one. */
  readonly running: readonly number[];
  readonly rebooted: readonly number[];
  /** Steps of the looks at what protects: the first two in the running kernel's record, but for a kernel that chose again (null). */
  readonly looks: { readonly before: number | null; readonly late: number; readonly reboot: number };
}

/** A file's text, and the step that is behind it. */
interface Said {
  readonly text: string | null;
  readonly step?: number;
}

/** The three kernels, and the running one as it takes itself to be. */
interface Questioned extends ThreeMachines {
  readonly claims: Boot | null;
}

function draft(three: Questioned, vulnerability: Vulnerability, texts: readonly [Said, Said, Said]): Draft {
  const { before, late, reboot, claims } = three;
  const [textBefore, textLate, textReboot] = texts;
  const running = late.kernel;
  const [was, is, comes] = [before, late, reboot].map((machine) => machine.threads[0]!.silicon) as [Silicon, Silicon, Silicon];
  // A bug that only one of the two kernels knows is looked at in both: the silicon has it under either.
  const affected = isAffected(running, vulnerability) || isAffected(reboot.kernel, vulnerability);
  // A kernel that chose again is not the one that ran before.
  const seenBefore = look({ k: claims === null ? running : before.kernel, now: was, atBoot: was }, vulnerability, affected);
  const seenLate = look({ k: running, now: is, atBoot: was }, vulnerability, affected);
  const seenReboot = look({ k: reboot.kernel, now: comes, atBoot: comes }, vulnerability, affected && isAffected(reboot.kernel, vulnerability));
  const claimed = claims === null || textLate.text === textBefore.text ? null : look({ k: claims, now: is, atBoot: was }, vulnerability, affected).parts;
  const lateParts = claimed === null ? seenLate.parts : marked(seenLate.parts, claimed);
  const steps = (said: Said, seen: Seen): number[] => (said.step === undefined ? [seen.step] : [said.step, seen.step]);
  return {
    vulnerability,
    texts: [textBefore.text, textLate.text, textReboot.text],
    affected,
    needsMicrocode: vulnerability.needsMicrocode?.(running) ?? true,
    parts: paired(seenBefore, { ...seenLate, parts: lateParts }, seenReboot),
    running: steps(textLate, seenLate),
    rebooted: steps(textReboot, seenReboot),
    looks: { before: claims === null ? seenBefore.step : null, late: seenLate.step, reboot: seenReboot.step },
  };
}

const errata = vulnerabilities.filter(isErratum).sort((one, other) => (one.id < other.id ? -1 : 1));
const SILENT: Said = { text: null };

/** An erratum that concerns this CPU has a row only where something changes: nothing else asks for it. */
function erratumDrafts(three: Questioned): Draft[] {
  return errata.map((one) => draft(three, one, [SILENT, SILENT, SILENT])).filter((one) => one.affected && verdictOf(one) !== 'unchanged');
}

/** Asks all three kernels about every file and erratum; what is asked is recorded, so the records must be complete before they are walked. */
export function drafts(three: ThreeMachines): Draft[] {
  const [before, late, reboot] = [three.before, three.late, three.reboot].map((machine: Machine) => sysfsRows(machine.kernel));
  const questioned = { ...three, claims: asClaimed(three.late.kernel) };
  return [...late!.map((text, i) => draft(questioned, text.vulnerability, [before![i]!, text, reboot![i]!])), ...erratumDrafts(questioned)];
}

/** @returns whether sysfs says after a reboot what it says after the load. */
export function sameText({ texts: [, reported, afterReboot] }: Draft): boolean {
  return reported === afterReboot;
}

/** @returns the verdict on a row: its protection's, and at least that a text has moved. */
export function verdictOf(one: Draft): Verdict {
  const [before, reported] = one.texts;
  const verdict = verdictOfRow(one.parts, sameText(one), one.affected, one.needsMicrocode);
  // A text that moved without its protection is no row without news.
  return before === reported ? verdict : worse(verdict, 're-evaluated');
}
