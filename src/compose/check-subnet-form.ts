/** Throws `badInput` for what is no subnet. Whether it is free is judged when the network is made. */
export async function checkSubnetForm(subnet: string): Promise<void> {
  const { checkSubnet } = await import('../containerd/choose-subnet.ts');
  checkSubnet(subnet, []);
}
