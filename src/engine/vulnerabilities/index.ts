import type { Vulnerability } from './_define.ts';
import { bhi } from './bhi.ts';
import { bpi, entrysign, pebs, reptar, sgxSvn, zenbleed } from './errata.ts';
import { gds } from './gds.ts';
import { ghostwrite } from './ghostwrite.ts';
import { itlbMultihit } from './itlb-multihit.ts';
import { its } from './its.ts';
import { l1dFlush } from './l1d-flush.ts';
import { l1tf } from './l1tf.ts';
import { mds } from './mds.ts';
import { meltdown } from './meltdown.ts';
import { mmio } from './mmio.ts';
import { ibpbNoRet, smtRsb } from './no-file.ts';
import { oldMicrocode } from './old-microcode.ts';
import { retbleed } from './retbleed/index.ts';
import { rfds } from './rfds.ts';
import { spectreV1 } from './spectre-v1.ts';
import { eibrs, spectreV2 } from './spectre-v2/index.ts';
import { spectreV2User } from './spectre-v2-user.ts';
import { srbds } from './srbds.ts';
import { srso } from './srso/index.ts';
import { ssb } from './ssb.ts';
import { swapgs } from './swapgs.ts';
import { taa } from './taa.ts';
import { tsa } from './tsa.ts';
import { vmscape } from './vmscape.ts';

/** Every vulnerability, in the order in which cpu_set_bug_bits() looks at them; mitigations run in the kernel's own order, which is data. */
export const vulnerabilities: readonly Vulnerability[] = Object.freeze([
  oldMicrocode,
  itlbMultihit,
  spectreV1,
  spectreV2,
  spectreV2User,
  ssb,
  eibrs,
  mds,
  swapgs,
  taa,
  srbds,
  mmio,
  retbleed,
  smtRsb,
  srso,
  gds,
  rfds,
  bhi,
  ibpbNoRet,
  its,
  tsa,
  vmscape,
  meltdown,
  l1tf,
  l1dFlush,
  ghostwrite,
  zenbleed,
  pebs,
  sgxSvn,
  entrysign,
  reptar,
  bpi,
]);
