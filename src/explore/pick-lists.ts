import { hex } from '../base/hex.ts';
import { POLICY_IDS } from '../engine/policies/policy.ts';
import { cpuReport } from '../engine/report/eval-report.ts';
import { cpuWords } from '../views/page/headline.ts';
import { bootedOn } from './booted.ts';
import { fits, isNewer } from './fit.ts';
import { type Choices, sourceName } from './outside.ts';
import type { Picker, State } from './state.ts';

/** An entry of a list. */
export interface PickItem {
  readonly label: string;
  readonly hint: string;
  /** The choices once it is picked; null: `opens` says what follows instead. */
  readonly choices: Choices | null;
  /** A folder whose entries are shown next, or a line to type. */
  readonly opens?: { readonly path: string } | { readonly prompt: 'cmdline' | 'guest' };
  /** Stays whatever is typed. */
  readonly always?: boolean;
}

/** @returns whether what is typed means a path. */
export function isPath(text: string): boolean {
  return /^[./~]/.test(text) || text.includes('/');
}

function pathItems(state: State, picker: Picker): PickItem[] {
  const typed = picker.line.text;
  const chosen = (path: string): Choices => (picker.field === 'profile' ? { ...state.choices, profile: path, blob: null } : { ...state.choices, blob: path });
  const items = picker.entries.map(
    ({ path, folder }): PickItem =>
      folder ? { label: path, hint: 'folder', choices: null, opens: { path } } : { label: path, hint: '', choices: chosen(path) },
  );
  const whole: PickItem[] =
    picker.field === 'blob' && typed.endsWith('/') ? [{ label: typed, hint: 'the whole folder: the kernel picks', choices: chosen(typed) }] : [];
  const exact = picker.entries.some(({ path }) => path === typed);
  const asTyped: PickItem[] = exact || typed.endsWith('/') ? [] : [{ label: typed, hint: 'this path as it stands', choices: chosen(typed) }];
  return [...whole, ...items, ...asTyped];
}

function profileItems({ listed, choices }: State): PickItem[] {
  const take = (profile: string): Choices => ({ ...choices, profile, blob: null });
  return [
    ...listed.profiles.map(({ name, title }) => ({ label: name, hint: title, choices: take(name) })),
    { label: 'this machine', hint: 'reads the CPU and the kernel that this program runs on', choices: take('live'), always: true },
    { label: 'a file ...', hint: 'type its path, or pick from the list', choices: null, opens: { path: './' }, always: true },
  ];
}

function updateItems({ listed, choices, prepared }: State): PickItem[] {
  const fitting = prepared === null ? [] : listed.updates.filter((update) => fits(update, prepared));
  // What the kernel would take comes first.
  const rank = (update: (typeof fitting)[number]): number => (prepared !== null && isNewer(update, prepared) ? 0 : 1);
  const built = [...fitting]
    .sort((one, other) => rank(one) - rank(other))
    .map((update): PickItem => {
      const newer = prepared !== null && isNewer(update, prepared);
      const hint = [update.revision ?? '', update.title, newer ? '' : '(not newer than what runs)'].filter((text) => text !== '').join('  ');
      return { label: update.name, hint, choices: { ...choices, blob: update.name } };
    });
  return [
    ...built,
    {
      label: 'a file or folder ...',
      hint: 'a microcode file, a folder such as /lib/firmware, or a descriptor',
      choices: null,
      opens: { path: './' },
      always: true,
    },
    { label: 'no update', hint: 'only look at the machine', choices: { ...choices, blob: null }, always: true },
  ];
}

function kernelItems({ listed, choices }: State, typed: string): PickItem[] {
  const lines = listed.kernels.flatMap(({ line, release, builds }): PickItem[] => [
    { label: line, hint: `Linux ${release}, Debian's configuration with late loading built in`, choices: { ...choices, kernel: line } },
    ...builds.map((build) => ({ label: build, hint: `line ${line}, with the configuration it was built with`, choices: { ...choices, kernel: build } })),
  ]);
  const own: PickItem[] = /\d/.test(typed)
    ? [{ label: typed, hint: 'this release: the nearest modelled line answers for it', choices: { ...choices, kernel: typed }, always: true }]
    : [];
  const exact = lines.some(({ label }) => label === typed);
  return exact ? lines : [...lines, ...own];
}

const POLICY_HINTS: Readonly<Record<string, string>> = {
  mainline: 'what this kernel does: nothing is looked at again',
  rfc: 'the 2020 series: features, bugs and mitigations are evaluated again, KVM is not',
  uek4: "what Oracle's UEK4 shipped: the speculation controls are looked at again",
  full: 'rfc, and KVM and TSX_CTRL too: nobody has ever written it',
};

function policyItems({ choices }: State): PickItem[] {
  return POLICY_IDS.map((policy) => ({ label: policy, hint: POLICY_HINTS[policy] ?? '', choices: { ...choices, policy } }));
}

function inhibitorItems({ choices }: State): PickItem[] {
  return [
    { label: 'off', hint: 'as every released kernel: nothing holds an update back', choices: { ...choices, inhibit: false, strict: false } },
    { label: 'on', hint: 'KVM, guests and other holders can hold an update back until they are gone', choices: { ...choices, inhibit: true, strict: false } },
    { label: 'strict', hint: 'and an update whose effects nobody has described is refused', choices: { ...choices, inhibit: true, strict: true } },
  ];
}

function guestItems({ choices }: State): PickItem[] {
  const { guests } = choices;
  const free = (): string => {
    let number = 1;
    while (guests.some(({ name }) => name === `web-${number}`)) number++;
    return `web-${number}`;
  };
  const add = (model: string, hint: string): PickItem => ({
    label: `add a ${model} guest`,
    hint,
    choices: { ...choices, guests: [...guests, { name: free(), model }] },
    always: true,
  });
  return [
    ...guests.map((guest) => ({
      label: `remove ${guest.name}`,
      hint: guest.model,
      choices: { ...choices, guests: guests.filter((one) => one !== guest) },
    })),
    add('host-passthrough', 'told everything that KVM offers, and the revision of the host'),
    add('host-model', "told what the daemon's cache of KVM's answers says"),
    { label: 'no guests', hint: '', choices: { ...choices, guests: [] } },
  ];
}

function itemsOf(state: State, picker: Picker): PickItem[] {
  const typed = picker.line.text;
  if ((picker.field === 'profile' || picker.field === 'blob') && isPath(typed)) return pathItems(state, picker);
  if (picker.field === 'profile') return profileItems(state);
  if (picker.field === 'blob') return updateItems(state);
  if (picker.field === 'kernel') return kernelItems(state, typed);
  if (picker.field === 'policy') return policyItems(state);
  return picker.field === 'inhibit' ? inhibitorItems(state) : guestItems(state);
}

/** Every word that is typed must stand somewhere in the entry. */
function matches(item: PickItem, words: readonly string[]): boolean {
  const text = `${item.label} ${item.hint}`.toLowerCase();
  return item.always === true || words.every((word) => text.includes(word));
}

/** @returns the entries of a list that what is typed leaves. */
export function pickItems(state: State, picker: Picker): PickItem[] {
  const items = itemsOf(state, picker);
  if (isPath(picker.line.text) && (picker.field === 'profile' || picker.field === 'blob')) return items;
  const words = picker.line.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return items.filter((item) => matches(item, words));
}

/** @returns the machine that is chosen in words: `Skylake (06-5e-03), microcode 0xc6`. */
export function machineWords(state: State): string {
  const kernel = bootedOn(state.session);
  if (kernel === null) return state.prepared?.profile.title ?? '';
  const { silicon, revision } = kernel.threads[0]!;
  return `${cpuWords(cpuReport(kernel.kernel, silicon))}, microcode ${hex(revision)}`;
}

/** @returns the index of the entry that is chosen now; 0 where none is. */
export function chosenIndex(state: State, picker: Picker): number {
  const { choices, prepared } = state;
  const now: Readonly<Partial<Record<Picker['field'], string>>> = {
    profile: sourceName(choices.profile),
    blob: sourceName(choices.blob),
    kernel: choices.kernel ?? prepared?.kernel.line ?? '',
    policy: choices.policy,
    inhibit: choices.strict ? 'strict' : choices.inhibit ? 'on' : 'off',
  };
  return Math.max(
    0,
    pickItems(state, picker).findIndex(({ label }) => label === now[picker.field]),
  );
}
