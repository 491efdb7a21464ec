import type { InhibitorRow } from '../model/report.ts';
import { acquire, countOf, type Holds, NO_HOLDS } from './holds.ts';
import type { Holder, Inhibitor, Offer } from './inhibitor.ts';
import { STRICT } from './policy-rules.ts';
import { inhibitors } from './registry.ts';

/** What the operator wants of the inhibitors. */
export interface InhibitorChoice {
  /** The rules of the policy hold updates back. Mainline has nothing of the kind: then they are only listed. */
  readonly inhibit: boolean;
  /** Ids that do not hold, though they are held. */
  readonly force: ReadonlySet<string>;
  /** What nobody has described is refused even where nothing else inhibits. */
  readonly strict: boolean;
}

export const NO_INHIBITION: InhibitorChoice = { inhibit: false, force: new Set(), strict: false };

/** Every inhibitor that is held, and those of them that hold the update back. */
export interface Asked {
  readonly rows: readonly InhibitorRow[];
  /** Rows of the policy that stop the load. */
  readonly holding: readonly InhibitorRow[];
  readonly holds: Holds;
}

function severityOf(rule: Inhibitor, strict: boolean): InhibitorRow['severity'] {
  return strict && STRICT.has(rule.id) ? 'hard' : rule.severity;
}

/** Whether a held rule is enforced at all: the policy's by `--inhibit`, those that `--strict` makes hard by that, too. */
function enforced(rule: Inhibitor, choice: InhibitorChoice): boolean {
  return rule.enforcedBy === 'policy' && (choice.inhibit || (choice.strict && STRICT.has(rule.id)));
}

/** One row for each holder and reason; who holds twice is counted. */
function rowsOf(rule: Inhibitor, held: readonly Holder[], holds: Holds, choice: InhibitorChoice): InhibitorRow[] {
  const overridden = enforced(rule, choice) && rule.overridable && choice.force.has(rule.id);
  const seen = new Set<string>();
  return held.flatMap(({ holder, reason = rule.id, args }) => {
    const key = `${holder}\n${reason}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const count = countOf(holds, rule.id, holder);
    const fixed = { severity: severityOf(rule, choice.strict), enforcedBy: rule.enforcedBy, overridable: rule.overridable, release: rule.release };
    return [{ id: rule.id, holder, count, reason, args, ...fixed, overridden, consequences: overridden ? rule.consequences : [] }];
  });
}

const ORDER: Readonly<Record<InhibitorRow['severity'], number>> = { hard: 0, soft: 1 };

/** The kernel's first, then hard ones, then soft ones; within that as in the registry. */
function inOrder(rows: readonly InhibitorRow[]): InhibitorRow[] {
  const rank = (row: InhibitorRow): number => (row.enforcedBy === 'kernel' ? -1 : ORDER[row.severity]);
  return rows
    .map((row, at) => ({ row, at }))
    .sort((one, other) => rank(one.row) - rank(other.row) || one.at - other.at)
    .map(({ row }) => row);
}

/**
 * Asks every rule, not only up to the first that holds: who lifts one obstacle wants to know of the next.
 * @param offer the machine, the update and what it would do
 */
export function askInhibitors(offer: Offer, choice: InhibitorChoice): Asked {
  let holds = NO_HOLDS;
  const rows: InhibitorRow[] = [];
  for (const rule of inhibitors) {
    const held = rule.holders(offer);
    for (const { holder } of held) holds = acquire(holds, rule.id, holder);
    rows.push(...rowsOf(rule, held, holds, choice));
  }
  const ordered = inOrder(rows);
  const byId = new Map(inhibitors.map((rule) => [rule.id, rule]));
  return { rows: ordered, holding: ordered.filter((row) => !row.overridden && enforced(byId.get(row.id)!, choice)), holds };
}
