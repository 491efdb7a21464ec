import type { Guest } from '../model/machine.ts';
import { cpuidOf, msrOf } from '../silicon/silicon.ts';
import { type Holder, type Inhibitor, type Offer, policyInhibitor } from './inhibitor.ts';

/*
 * Nothing in mainline holds an update back (kernel-facts 6.1): these are rules that somebody could enforce, each with what it guards.
 */

function running({ machine }: Offer): readonly Guest[] {
  return machine.guests.filter((guest) => !guest.away);
}

/** Guests that were told of a CPUID bit, named `7.0.ebx` and bit. */
function toldOf(offer: Offer, register: string, bit: number): Holder[] {
  return running(offer)
    .filter((guest) => (((guest.cpuid[register] ?? 0) >>> bit) & 1) === 1)
    .map((guest) => ({ holder: guest.name, args: { guest: guest.name } }));
}

function lostMsrs({ machine, after }: Offer): string[] {
  const { silicon } = machine.threads[0]!;
  return [...after.msrs].flatMap(([index, value]) => (value === null && typeof msrOf(silicon, index) === 'bigint' ? [`0x${index.toString(16)}`] : []));
}

/** Subleaves of leaf 0xd, sizes and components of the extended state. */
function xstateDiffers({ machine, after }: Offer): string[] {
  const { silicon } = machine.threads[0]!;
  const names: string[] = [];
  for (const key of new Set([...silicon.cpuid.keys(), ...after.cpuid.keys()])) {
    if (Math.floor(key / 256) !== 0xd) continue;
    const [one, other] = [cpuidOf(silicon, 0xd, key % 256), cpuidOf(after, 0xd, key % 256)];
    for (const register of ['eax', 'ebx', 'ecx', 'edx'] as const)
      if (one[register] !== other[register]) names.push(`cpuid:d.${(key % 256).toString(16)}.${register}`);
  }
  return names;
}

function onlineRevisions({ machine }: Offer): string[] {
  return [...new Set(machine.threads.filter((thread) => thread.online).map((thread) => `0x${thread.revision.toString(16)}`))];
}

/** Thomas Gleixner's first point: an update that nobody has described, or that takes something away, is not loaded. */
function undescribed(offer: Offer): Holder[] {
  const { blob } = offer;
  const found: Holder[] = [];
  if (blob.unknownEffects === true) found.push({ holder: 'descriptor', reason: blob.effects.length === 0 ? 'metadata' : 'unknown-effects', args: {} });
  if (offer.lostFlags.length > 0) found.push({ holder: 'descriptor', reason: 'lost-feature', args: { features: offer.lostFlags } });
  return found;
}

/** The descriptor counts its effects from a revision that is newer than the one in force: the way in between is not described. */
function gapBefore({ machine, blob }: Offer): Holder[] {
  const from = blob.fromRevision === undefined ? null : Number(blob.fromRevision);
  const current = machine.threads[0]!.revision;
  return from !== null && from > current ? [{ holder: 'descriptor', args: { from, current } }] : [];
}

function one(holder: string, args: Holder['args'], when: boolean): Holder[] {
  return when ? [{ holder, args }] : [];
}

/** Rules that guard what cannot be mended at run time. */
const HARD: readonly Inhibitor[] = [
  policyInhibitor({
    id: 'feature-removed-in-use',
    severity: 'hard',
    release: 'reboot',
    consequences: ['illegal-instruction-in-processes', 'illegal-instruction-in-kernel'],
    holders: ({ lostFlags }) => one('processes', { features: lostFlags }, lostFlags.length > 0),
  }),
  policyInhibitor({
    id: 'xstate-changed',
    severity: 'hard',
    release: 'reboot',
    consequences: ['xstate-buffers-do-not-fit'],
    holders: (offer) => {
      const registers = xstateDiffers(offer);
      return one('fpu', { registers }, registers.length > 0);
    },
  }),
  policyInhibitor({
    id: 'msr-removed',
    severity: 'hard',
    release: 'reboot',
    consequences: ['msr-access-faults'],
    holders: (offer) => {
      const msrs = lostMsrs(offer);
      return one('kernel', { msrs }, msrs.length > 0);
    },
  }),
  policyInhibitor({
    id: 'mixed-revision',
    severity: 'hard',
    release: 'reboot',
    consequences: ['base-undefined'],
    holders: (offer) => {
      const revisions = onlineRevisions(offer);
      return one('cpus', { revisions }, revisions.length > 1);
    },
  }),
];

/** Rules that guard copies: somebody can give them up, or take them anew. */
const SOFT: readonly Inhibitor[] = [
  policyInhibitor({
    id: 'kvm-module',
    severity: 'soft',
    release: 'kvm-unload',
    consequences: [
      'kvm-caps-stale',
      'arch-capabilities-stale',
      'user-return-msrs-stale',
      'vmcs-config-stale',
      'l1d-flush-choice-stale',
      'new-guests-told-old-cpu',
    ],
    holders: ({ machine }) => one(machine.kvm?.module ?? '', {}, machine.kvm !== null),
  }),
  policyInhibitor({
    id: 'running-guests',
    severity: 'soft',
    release: 'guest-stop',
    consequences: ['guest-cpuid-frozen', 'tsx-ctrl-put-back'],
    holders: (offer) => running(offer).map((guest) => ({ holder: guest.name, args: { guest: guest.name } })),
  }),
  policyInhibitor({
    id: 'nested-vmx',
    severity: 'soft',
    release: 'guest-stop',
    consequences: ['nested-vmx-msrs-stale'],
    holders: (offer) => toldOf(offer, '1.ecx', 5),
  }),
  policyInhibitor({
    id: 'sgx-enclaves',
    severity: 'soft',
    release: 'enclaves-close',
    consequences: ['sgx-svn-stays'],
    holders: (offer) => toldOf(offer, '7.0.ebx', 2),
  }),
  policyInhibitor({
    id: 'confidential-guests',
    severity: 'soft',
    release: 'guest-stop',
    consequences: ['attested-tcb-changes'],
    holders: (offer) => toldOf(offer, '8000001f.eax', 1),
  }),
  policyInhibitor({
    id: 'perf-pebs-active',
    severity: 'soft',
    release: 'perf-stop',
    consequences: ['pebs-constraints-flip'],
    holders: ({ machine }) =>
      machine.processes.filter(({ name }) => name === 'perf' || name.startsWith('perf ')).map(({ name }) => ({ holder: name, args: {} })),
  }),
  policyInhibitor({
    id: 'early-image-older',
    severity: 'soft',
    release: 'image-rebuild',
    consequences: ['reboot-goes-back'],
    holders: ({ blob, earlyRevision }) =>
      one(
        'initramfs',
        { early: earlyRevision ?? 0, revision: Number(blob.revision ?? 0) },
        earlyRevision !== null && earlyRevision < Number(blob.revision ?? 0),
      ),
  }),
  policyInhibitor({
    id: 'descriptor-incomplete',
    severity: 'soft',
    release: 'descriptor-complete',
    consequences: ['effects-unknown'],
    holders: gapBefore,
  }),
  policyInhibitor({
    id: 'metadata',
    severity: 'soft',
    release: 'descriptor-complete',
    consequences: ['effects-unknown', 'loss-not-noticed'],
    holders: undescribed,
  }),
];

/** Ids that `--strict` makes hard: they then hold the update back without `--inhibit`, too. */
export const STRICT: ReadonlySet<string> = new Set(['metadata', 'descriptor-incomplete']);

export const policyRules: readonly Inhibitor[] = [...HARD, ...SOFT];
