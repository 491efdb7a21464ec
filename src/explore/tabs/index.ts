import { comparisonOf } from '../compare.ts';
import { planOf } from '../plan.ts';
import type { PlayedStep, Session } from '../session.ts';
import type { TabId } from '../state.ts';
import { guestTab, snapshotTab } from './copy-tabs.ts';
import { bugTab, featureTab } from './feature-tabs.ts';
import { logTab } from './log-tab.ts';
import { planTab } from './plan-tab.ts';
import type { Tab } from './tab.ts';
import { vulnerabilityTab } from './vulnerability-tab.ts';

const NOT_BOOTED: Tab = { columns: [{ title: '', min: 20 }], rows: [], empty: 'Nothing has booted yet.' };

function build(id: TabId, step: PlayedStep, session: Session): Tab {
  const comparison = comparisonOf(step, session);
  if (comparison === null) return NOT_BOOTED;
  const makers: Readonly<Record<TabId, () => Tab>> = {
    vulnerabilities: () => vulnerabilityTab(comparison),
    features: () => featureTab(comparison),
    bugs: () => bugTab(comparison),
    snapshots: () => snapshotTab(comparison),
    guests: () => guestTab(comparison),
    plan: () => planTab(planOf(step, session)),
    log: () => logTab(comparison),
  };
  return makers[id]();
}

const known = new WeakMap<PlayedStep, Map<TabId, Tab>>();

/** @returns one tab after a step, built when it is first looked at. */
export function tabOf(id: TabId, step: PlayedStep | undefined, session: Session): Tab {
  if (step === undefined) return NOT_BOOTED;
  const tabs = known.get(step) ?? new Map<TabId, Tab>();
  known.set(step, tabs);
  const tab = tabs.get(id) ?? build(id, step, session);
  tabs.set(id, tab);
  return tab;
}
