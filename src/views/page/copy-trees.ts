import type { DiffRows, GuestRow, SnapshotRow } from '../../engine/model/report.ts';
import { cureWords, notCuredWords } from '../words/cures.ts';
import { symptomWords, takenWords } from '../words/snapshots.ts';
import { wordOf } from '../words/word-of.ts';
import { namesOf, valueWords } from './differences.ts';
import { span } from './page.ts';
import { yes } from './row-trees.ts';
import { answer, node, type TreeNode } from './tree.ts';

function differenceNodes(rows: DiffRows, differences: SnapshotRow['differences']): TreeNode[] {
  const nameOf = namesOf(rows);
  return differences.map(({ ref, held, now }) => {
    const name = nameOf(ref);
    return node([span(name === ref ? ref : `${ref} ${name}`), span(`  holds ${valueWords(held)}, would hold ${valueWords(now)}`, 'dim')]);
  });
}

/** One copy: what it holds, what it would hold now, what cures it and what does not. */
export function snapshotTree(rows: DiffRows, row: SnapshotRow): TreeNode {
  const cures = row.cures.length === 0 ? 'nothing' : row.cures.map((cure) => wordOf(cureWords, cure)).join(' or ');
  return node(
    [span(row.holder, 'strong'), span(`  copy taken at ${wordOf(takenWords, row.takenAt)}`)],
    [
      answer('stale', [span(yes(row.stale), row.stale ? 'warn' : 'good')], differenceNodes(rows, row.differences)),
      ...(row.stale ? [answer('symptom', [span(wordOf(symptomWords, row.symptom))]), answer('cured by', [span(cures)])] : []),
      ...row.notCuredBy.map(({ cure, why }) => answer('not cured by', [span(`${wordOf(cureWords, cure)}: ${wordOf(notCuredWords, why)}`)])),
    ],
  );
}

/** One guest: what it was told and what would be told now. */
export function guestTree(rows: DiffRows, row: GuestRow): TreeNode {
  return node(
    [span(row.name, 'strong'), span('  guest')],
    [
      answer('stale', [span(yes(row.stale), row.stale ? 'warn' : 'good')], differenceNodes(rows, row.differences)),
      ...(row.stale ? [answer('cured by', [span(row.cures.map((cure) => wordOf(cureWords, cure)).join(', then '))])] : []),
    ],
  );
}
