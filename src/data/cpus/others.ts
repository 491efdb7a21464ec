import type { CpuRow } from './types.ts';

/** Hygon: AMD's Zen under licence, family 0x18. */
// biome-ignore format: one line a part
export const hygonCpus: readonly CpuRow[] = [
  { family: 0x18, models: [0x00, 0x03], steppings: null, codename: 'Dhyana', core: 'Zen' },
  { family: 0x18, models: [0x04, 0x06], steppings: null, codename: 'Dhyana 2 / 3', core: 'Zen' },
  { family: 0x18, models: [0x07, 0xff], steppings: null, codename: 'Dhyana (later)', core: 'Zen' },
];

/** Centaur and Zhaoxin, which share their numbers: families 6 and 7. */
// biome-ignore format: one line a part
export const zhaoxinCpus: readonly CpuRow[] = [
  { family: 0x06, models: [0x06, 0x08], steppings: null, codename: 'VIA C3', core: 'C3' },
  { family: 0x06, models: [0x09, 0x09], steppings: null, codename: 'VIA C3 (Nehemiah)', core: 'C3' },
  { family: 0x06, models: [0x0a, 0x0d], steppings: null, codename: 'VIA C7', core: 'C7' },
  { family: 0x06, models: [0x0f, 0x0f], steppings: [0, 13], codename: 'VIA Nano', core: 'Isaiah' },
  { family: 0x06, models: [0x0f, 0x0f], steppings: [14, 15], codename: 'ZX-C', core: 'ZhangJiang' },
  { family: 0x06, models: [0x19, 0x19], steppings: null, codename: 'ZX-C+', core: 'ZhangJiang' },
  { family: 0x07, models: [0x0b, 0x0b], steppings: null, codename: 'ZX-D', core: 'WuDaoKou' },
  { family: 0x07, models: [0x1b, 0x1b], steppings: null, codename: 'ZX-D', core: 'WuDaoKou' },
  { family: 0x07, models: [0x3b, 0x3b], steppings: null, codename: 'KX-6000 / KH-30000', core: 'LuJiaZui' },
  { family: 0x07, models: [0x5b, 0x5b], steppings: null, codename: 'KH-40000', core: 'YongFeng' },
  { family: 0x07, models: [0x6b, 0x6b], steppings: null, codename: 'KX-7000', core: 'Century Avenue' },
];
