import type { BugRow, Cause, ChainLink, DiffRows, FeatureRow, SiliconRow, VulnerabilityRow } from '../../engine/model/report.ts';
import { inputsWords } from '../words/inputs.ts';
import { confidenceWords, partWords, stateWords, whyWords } from '../words/protection.ts';
import { blindSpotWords } from '../words/snapshots.ts';
import { verdictWords } from '../words/verdicts.ts';
import { own, wordOf } from '../words/word-of.ts';
import { valueWords } from './differences.ts';
import { span } from './page.ts';
import { answer, node, type TreeNode } from './tree.ts';
import { stateTone, verdictTone } from './verdict-tone.ts';

function verdictBranch(verdict: VulnerabilityRow['verdict']): TreeNode {
  const words = own(verdictWords, verdict);
  return answer('verdict', [span(words?.word ?? verdict, verdictTone(verdict)), span(words ? `: ${words.meaning}` : '')]);
}

function bitName(rows: DiffRows, ref: string): string {
  const name = rows.silicon.find((row) => row.ref === ref)?.name;
  return name ? ` ${name}` : '';
}

/** `cpuid:7.0.edx[10] MD_CLEAR 0 -> 1`, and whether the kernel noticed. */
function causeNode(rows: DiffRows, { ref, before, after }: Cause): TreeNode {
  const silicon = rows.silicon.find((row) => row.ref === ref);
  const unseen = silicon && !silicon.noticedByKernel && silicon.blindSpot !== null ? `, not noticed: ${wordOf(blindSpotWords, silicon.blindSpot)}` : '';
  return node([span(`${ref}${bitName(rows, ref)}`, 'strong'), span(` ${before} -> ${after}${unseen}`)]);
}

/** Rules, each with the place in the kernel that it stands for. */
function chainNode(chain: readonly ChainLink[]): TreeNode {
  return node(
    [span('decided by these rules', 'dim')],
    chain.map(({ rule, source }) => answer(rule, [span(source ?? '', 'dim')])),
  );
}

function because(rows: DiffRows, causes: readonly Cause[], chain: readonly ChainLink[]): TreeNode[] {
  const children = [...causes.map((cause) => causeNode(rows, cause)), ...(chain.length > 0 ? [chainNode(chain)] : [])];
  if (children.length === 0) return [answer('because', [span('nothing that the update changes plays a part')])];
  return [answer('because', [span(causes.length > 0 ? 'the update changes' : 'of the rules alone')], children)];
}

/** What a row says that has no file in sysfs. */
const NO_FILE = 'nothing: there is no file for it';

function saysBranches({ before, reported, afterReboot }: VulnerabilityRow): TreeNode[] {
  if (before === null || reported === null || afterReboot === null) return [answer('kernel says', [span(NO_FILE)])];
  const says =
    before === reported
      ? [answer('kernel says', [span(reported), span('  (before and after)', 'dim')])]
      : [answer('kernel said', [span(before)]), answer('kernel says', [span(reported)])];
  return [...says, answer('after a reboot', [span(afterReboot === reported ? `${afterReboot}  (the same)` : afterReboot)])];
}

function partNode(part: VulnerabilityRow['parts'][number]): TreeNode {
  const states = [part.before, part.late, part.afterReboot].map((state) => wordOf(stateWords, state));
  const course = new Set(states).size === 1 ? '' : `  (before: ${states[0]}, after a reboot: ${states[2]})`;
  return node([
    span(`${wordOf(partWords, part.part)}: `),
    span(states[1] ?? '', stateTone(part.late)),
    span(part.why === part.late ? '' : `, ${wordOf(whyWords, part.why)}`),
    span(course, 'dim'),
  ]);
}

/** One file of sysfs: verdict, texts, what protects by which means, and what stands behind it. */
export function vulnerabilityTree(rows: DiffRows, row: VulnerabilityRow): TreeNode {
  const { state, why, confidence } = row.effective;
  const single = row.parts.length < 2 && why !== state ? `: ${wordOf(whyWords, why)}` : '';
  const inFact = [span(wordOf(stateWords, state), stateTone(state)), span(single), span(`  (confidence ${wordOf(confidenceWords, confidence)})`, 'dim')];
  const unknown = row.unknown.map((ref) => node([span(`the profile does not say ${inputsWords([ref])}`, 'warn')]));
  const cves = row.cves.length > 0 ? `  ${row.cves.join(', ')}` : '';
  return node(
    [span(row.name, 'strong'), span(`  ${row.title}`), span(cves, 'dim')],
    [
      verdictBranch(row.verdict),
      ...saysBranches(row),
      answer('in fact', inFact, [...(row.parts.length > 1 ? row.parts.map(partNode) : []), ...unknown]),
      ...because(rows, row.causes, row.chain),
    ],
  );
}

/** @returns yes or no. */
export function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}

/** @returns yes, no, or that the profile does not say. */
function known(value: boolean | null): string {
  return value === null ? 'not known' : yes(value);
}

/** What of a row nobody knows. */
function unknownBranches(refs: readonly string[] | undefined): TreeNode[] {
  return refs && refs.length > 0 ? [answer('not known', [span(`the profile does not say ${inputsWords(refs)}`, 'warn')])] : [];
}

function threeStates({ before, reported, afterReboot }: BugRow): TreeNode {
  return answer('kernel says', [span(`${yes(before)} before, ${yes(reported)} after the load, ${yes(afterReboot)} after a reboot`)]);
}

/** One feature: what the silicon has, what the kernel says in three states, and why. */
export function featureTree(rows: DiffRows, row: FeatureRow): TreeNode {
  const silicon = row.silicon === null ? 'made by software' : `${known(row.silicon.before)} before, ${known(row.silicon.after)} now`;
  return node(
    [span(row.name, 'strong'), span('  feature')],
    [
      verdictBranch(row.verdict),
      answer('silicon', [span(silicon)]),
      threeStates(row),
      ...(row.silicon !== null && row.silicon.before !== row.silicon.after
        ? [answer('noticed', [span(row.noticedByKernel ? 'yes, the kernel compares this bit after the load' : 'no')])]
        : []),
      ...unknownBranches(row.unknown),
      ...because(rows, row.causes, row.chain),
    ],
  );
}

/** One bug of the kernel's list. */
export function bugTree(rows: DiffRows, row: BugRow): TreeNode {
  return node([span(row.name, 'strong'), span('  bug')], [verdictBranch(row.verdict), threeStates(row), ...because(rows, row.causes, row.chain)]);
}

/** One bit of the silicon: its change, and whether the kernel notices. */
export function siliconTree(row: SiliconRow): TreeNode {
  const noticed = row.noticedByKernel ? 'yes' : `no${row.blindSpot === null ? '' : `: ${wordOf(blindSpotWords, row.blindSpot)}`}`;
  return node(
    [span(row.ref, 'strong'), span(row.name === null ? '' : `  ${row.name}`)],
    [answer('change', [span(`${valueWords(row.before)} -> ${valueWords(row.after)}`)]), answer('noticed', [span(noticed)])],
  );
}
