/** Items with equal keys in groups of limited size, in the order of each group's first item: result[g] are indices. */
export function groupsOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | number,
  mostOf: (item: Item) => number,
): number[][] {
  const groups: number[][] = [];
  const open = new Map<string | number, number[]>();
  items.forEach((item, index) => {
    const key = keyOf(item);
    let group = open.get(key);
    if (group === undefined || group.length >= mostOf(item)) {
      group = [];
      open.set(key, group);
      groups.push(group);
    }
    group.push(index);
  });
  return groups;
}
