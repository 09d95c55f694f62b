// Reads the rows `key | 中文 | English` of src/catalogue.txt.
export function readCatalogue(text) {
  const keys = [];
  const zh = [];
  const en = [];
  const faults = [];
  text.split('\n').forEach((line, at) => {
    if (!line.trim() || line.startsWith('#')) return;
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells.length !== 3 || cells.some((cell) => !cell)) faults.push(`line ${at + 1}: not three cells: ${line}`);
    else if (keys.includes(cells[0])) faults.push(`line ${at + 1}: ${cells[0]} stands twice`);
    else {
      const holes = (cell) => (cell.match(/\{\w+\}/g) || []).sort().join();
      if (holes(cells[1]) !== holes(cells[2])) faults.push(`line ${at + 1}: ${cells[0]}: the two languages have other {holes}`);
      keys.push(cells[0]);
      zh.push(cells[1]);
      en.push(cells[2]);
    }
  });
  return { keys, zh, en, faults };
}
