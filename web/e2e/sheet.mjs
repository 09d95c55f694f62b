// XLSX files out of the server's own template: rows are put into its first sheet, by its headings. No package is needed for that.
import { crc32 } from './crc.mjs';
import { inflateRawSync } from 'node:zlib';

function unpack(bytes) {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'));
  const parts = [];
  for (let n = 0, at = bytes.readUInt32LE(end + 16); n < bytes.readUInt16LE(end + 10); n++) {
    const [method, size, nameLen, extraLen, noteLen, start] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)];
    const from = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    const data = bytes.subarray(from, from + size);
    parts.push({ name: bytes.toString('utf8', at + 46, at + 46 + nameLen), data: method === 8 ? inflateRawSync(data) : data });
    at += 46 + nameLen + extraLen + noteLen;
  }
  return parts;
}
function pack(parts) {
  const [files, heads] = [[], []];
  let at = 0;
  for (const { name, data } of parts) {
    const label = Buffer.from(name);
    const head = Buffer.alloc(26); // from "version needed" on: the same in both places, stored
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(0x21, 8);
    head.writeUInt32LE(crc32(data), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt16LE(label.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    files.push(Buffer.from('PK\x03\x04'), head, label, data);
    heads.push(Buffer.from('PK\x01\x02\x14\x00'), head, tail, label);
    at += 30 + label.length + data.length;
  }
  const list = Buffer.concat(heads);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...files, list, Buffer.from('PK\x05\x06'), end]);
}

const letter = (n) => (n < 26 ? '' : String.fromCharCode(64 + Math.floor(n / 26))) + String.fromCharCode(65 + (n % 26));
const plain = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
/** The template filled in: every row an object of heading (without the star) to text. */
export function fill(template, rows) {
  const parts = unpack(template);
  const sheet = parts.find((part) => part.name === 'xl/worksheets/sheet1.xml');
  const text = sheet.data.toString('utf8');
  const heads = Array.from(text.matchAll(/<t[^>]*>([^<]*)<\/t>/g), (found) => found[1].replace(/\*$/, ''));
  const lines = rows.map((row, n) => {
    for (const name of Object.keys(row)) if (!heads.includes(name)) throw new Error('no such column: ' + name + ' in ' + heads.join());
    const cells = heads.map((name, column) => (row[name] ? `<c r="${letter(column)}${n + 2}" t="inlineStr"><is><t>${plain(row[name])}</t></is></c>` : ''));
    return `<row r="${n + 2}">${cells.join('')}</row>`;
  });
  sheet.data = Buffer.from(text.replace('</sheetData>', lines.join('') + '</sheetData>').replace(/<dimension[^>]*>/, ''));
  return pack(parts);
}
