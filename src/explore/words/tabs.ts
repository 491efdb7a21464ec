import type { Shown, TabId } from '../state.ts';

/** Names of the tabs, and short ones for narrow terminals. */
export const tabWords: Readonly<Record<TabId, readonly [long: string, short: string]>> = {
  vulnerabilities: ['Vulnerabilities', 'Vulns'],
  features: ['Features', 'Features'],
  bugs: ['Bugs', 'Bugs'],
  snapshots: ['Snapshots', 'Copies'],
  guests: ['Guests', 'Guests'],
  plan: ['Plan', 'Plan'],
  log: ['Log', 'Log'],
};

export const shownWords: Readonly<Record<Shown, string>> = {
  all: 'all rows',
  news: 'only rows with news',
  step: 'only what this step changed',
};
