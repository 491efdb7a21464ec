import { registerRef } from '../guests/register-bits.ts';
import type { KvmState } from '../kvm/kvm-state.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { because, type Holder, NEW_KERNEL, type WhyNot, type World } from './holder.ts';
import { guestSymptom } from './user-space.ts';

/** Bits that KVM takes from boot_cpu_data whatever CPUID says: VERW_CLEAR, SBPB, IBPB_BRTYPE, SRSO_NO, TSA_SQ_NO, TSA_L1_NO (kvm/cpuid.c). */
const SYNTHESIZED: ReadonlySet<string> = new Set([
  'cpuid:80000021.0.eax[5]',
  'cpuid:80000021.0.eax[27]',
  'cpuid:80000021.0.eax[28]',
  'cpuid:80000021.0.eax[29]',
  'cpuid:80000021.0.ecx[1]',
  'cpuid:80000021.0.ecx[2]',
]);

type Kind = 'kernel' | 'kvm-only' | 'synthesized';

function kindOf(ref: string, kernelDefined: boolean): Kind {
  if (SYNTHESIZED.has(ref)) return 'synthesized';
  return kernelDefined ? 'kernel' : 'kvm-only';
}

/** kvm_cpu_caps of the loaded module against those of a module that is loaded by a kernel started now. */
function capDifferences(held: KvmState, now: KvmState, kind: Kind): SnapshotDifference[] {
  const found: SnapshotDifference[] = [];
  for (const [at, word] of held.words.entries()) {
    const twin = now.words[at]?.register === word.register ? now.words[at] : now.words.find((one) => one.register === word.register);
    let differ = (word.value ^ (twin?.value ?? 0)) >>> 0;
    for (let bit = 0; differ !== 0; bit++, differ >>>= 1) {
      if ((differ & 1) === 0) continue;
      const ref = registerRef(word.register, bit);
      const had = ((word.value >>> bit) & 1) === 1;
      if (kindOf(ref, word.kernelDefined) === kind) found.push({ ref, held: had, now: !had });
    }
  }
  return found;
}

/** A reload takes boot_cpu_data as it stands: what is gone goes, what came does not come, and what only a new boot would drop stays. */
const masked: WhyNot = (left, all) => {
  if (left.every(({ held }) => held === true)) return 'from-boot-caps';
  return left.length < all.length ? 'losses-only' : 'masked-with-boot-cpu-data';
};

function holder(kind: Kind, id: string, title: string, whyNot: WhyNot): Holder {
  return {
    id,
    title,
    source: 'kvm/cpuid.c kvm_set_cpu_caps(), kvm_initialize_cpu_caps()',
    takenAt: (machine) => machine.kvmLoaded?.at.event ?? null,
    differences: ({ kvm }, { freshKvm }: World) => (kvm && freshKvm?.kvm ? capDifferences(kvm, freshKvm.kvm, kind) : []),
    symptom: guestSymptom,
    cures: NEW_KERNEL,
    tries: { 'kvm-reload': whyNot },
  };
}

const holders: readonly Holder[] = [
  holder('kernel', 'kvm_cpu_caps', 'features that KVM offers, in words that the kernel has too', masked),
  holder('kvm-only', 'kvm_cpu_caps (KVM-only)', 'features that KVM offers from CPUID alone', because('from-boot-caps')),
  holder('synthesized', 'kvm_cpu_caps (synthesized)', 'features that KVM offers because the kernel says so', because('from-boot-caps')),
];

/** kvm_cpu_caps in its three kinds, which a reload of KVM cures differently. */
export function kvmCapsHolders(): readonly Holder[] {
  return holders;
}
