// Every address of the pages, with who looks at it.
import { api, visit } from './lib.mjs';

export async function routes(base) {
  const page = await visit(base, 'leader');
  const schema = (await api(page, 'GET', '/schema')).data;
  const leader = ['/', '/me', '/duties', '/week', '/matrix', '/tree', '/forbidden', '/no/such'];
  for (const type of schema.types) {
    if (type.lists.length) leader.push('/r/' + type.plural);
    if (type.create) leader.push(`/r/${type.plural}/new`);
    if (['unit', 'person'].includes(type.name)) leader.push(`/r/${type.plural}/import`); // the same page for every type
    const { data } = await api(page, 'GET', `/${type.plural}?limit=1`);
    if (data && data.items && data.items.length) {
      leader.push(`/r/${type.plural}/${data.items[0].id}`);
      if (type.create) leader.push(`/r/${type.plural}/${data.items[0].id}/edit`);
    }
  }
  await page.context().close();
  const officer = await visit(base, 'officer');
  const session = (await api(officer, 'GET', '/session')).data;
  await officer.context().close();
  const unit = session.posts[0].unit.id;
  leader.push('/r/units/' + unit, '/r/persons/' + session.person, '/week/' + unit);
  return [
    { role: null, paths: ['/login'] },
    { role: 'leader', paths: leader },
    { role: 'officer', paths: ['/', '/r/units/' + unit, '/r/handovers', '/week/' + unit] },
    { role: 'sysadmin', paths: ['/', '/accounts', '/password'] },
    { role: 'secadmin', paths: ['/accounts'] },
    { role: 'auditadmin', paths: ['/log'] },
  ];
}
