import { api, must, picture, settled, test, visit } from './lib.mjs';
import { createByApi, edit, freeTexts, saved, typeOf, unique } from './records.mjs';

export default async function (base) {
  await test('conflict: changes of different fields merge by themselves', async () => {
    const [one, two] = [await visit(base, 'leader'), await visit(base, 'inspector')];
    const type = await typeOf(one, 'unit');
    const unit = await createByApi(one, 'unit');
    const [a, b] = await freeTexts(one, unit, type);
    must(a && b, 'two free text fields');
    await edit(one, type, unit);
    await edit(two, type, unit);
    await two.fill('#f-' + b, '第二人');
    await saved(two);
    await one.fill('#f-' + a, '第一人');
    await saved(one);
    must((await one.locator('dialog').count()) === 0, 'no question is asked');
    const { data } = await api(one, 'GET', `/units/${unit.id}`);
    must(data.fields[a] === '第一人' && data.fields[b] === '第二人', 'both stand');
    must((await one.inputValue('#f-' + b)) === '第二人', 'the form shows what came from the other');
    await one.context().close();
    await two.context().close();
  });
  for (const choice of ['mine', 'theirs', 'merged']) {
    await test(`conflict: the same field twice is asked about, ${choice} is kept, nothing else is lost`, async () => {
      const [one, two] = [await visit(base, 'leader'), await visit(base, 'inspector')];
      const type = await typeOf(one, 'unit');
      const unit = await createByApi(one, 'unit');
      const [a, b] = await freeTexts(one, unit, type);
      const short = (word) => word + unique('').slice(-5);
      const [mine, theirs, other] = [short('我'), short('他'), short('另')]; // both together fit the shortest field
      await edit(one, type, unit);
      await edit(two, type, unit);
      await two.fill('#f-' + a, theirs);
      await saved(two);
      await one.fill('#f-' + b, other);
      await one.fill('#f-' + a, mine);
      await one.waitForSelector('dialog fieldset.conflict');
      must((await one.locator('dialog fieldset.conflict').count()) === 1, 'only the one field is asked about');
      if (choice === 'merged') {
        await one.fill('dialog textarea', mine + theirs);
        await picture(one, 'conflict-zh', { fullPage: false });
      } else await one.check(`#conflict-${a}-${choice}`);
      await one.click('dialog button[type=submit]');
      await one.waitForSelector('dialog', { state: 'detached' });
      await saved(one);
      const { data } = await api(one, 'GET', `/units/${unit.id}`);
      must(data.fields[a] === { mine, theirs, merged: mine + theirs }[choice], 'what was chosen stands: ' + data.fields[a]);
      must(data.fields[b] === other, 'the other field too');
      must(!one.faults.length, 'no fault: ' + one.faults.join());
      await settled(one);
      await one.context().close();
      await two.context().close();
    });
  }
}
