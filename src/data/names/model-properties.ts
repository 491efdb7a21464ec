/** Second names of QEMU's CPU properties and of libvirt's features, hyphens for dots and underscores: alias to the name in the bit tables. */
export const propertyAliases: Readonly<Record<string, string>> = {
  ffxsr: 'fxsr-opt',
  i64: 'lm',
  pclmuldq: 'pclmulqdq',
  sse3: 'pni',
  xd: 'nx',
};
