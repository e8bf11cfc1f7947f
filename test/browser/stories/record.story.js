// record: forms of records: finding who it is about, checking, what follows, breaches, decisions, drafts, and no network at all.
const openAll = page => page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true }).catch(() => {})

async function newChild (t, role, given) {
  await t.page.check(`[id="a.${role}-new"]`)
  if (t.scripts) await openAll(t.page)
  else await t.page.click('summary:has-text("Who somebody new is")')
  await t.page.fill(`[name="n.${role}.given_name"]`, given)
  await t.page.fill(`[name="n.${role}.family_name"]`, 'Inventhorpe')
  await t.page.fill(`[name="n.${role}.born.day"]`, '14')
  await t.page.fill(`[name="n.${role}.born.month"]`, '2')
  await t.page.fill(`[name="n.${role}.born.year"]`, '2011')
  await t.page.check(`[id="n.${role}.sex"]`)
}

async function search (t) {
  const yes = ['in_uniform', 'told_grounds', 'told_object', 'told_identity', 'told_station', 'told_entitlement', 'told_power', 'told_detained']
  await t.page.check('[name="f.search_type"][value=person]')
  await t.page.selectOption('[name="f.power"]', 'pace_s1')
  await t.page.selectOption('[name="f.object"]', 'offensive_weapons')
  await t.page.fill('[name="f.grounds"]', 'Seen to push something long up a sleeve.')
  await t.page.fill('[name="f.place.name"]', 'Corner of Invented Road')
  await t.page.selectOption('[name="f.ethnicity"]', 'ns')
  for (const name of yes) await t.page.check(`[name="f.${name}"][value=yes]`)
  await t.page.check('[name="f.clothing"][value=jog]')
  await t.page.selectOption('[name="f.outcome"]', 'nothing_found')
  await t.page.check('[name="f.force_used"][value=no]')
  await t.page.check('[name="f.safeguarding"][value=no_concern]')
  await t.page.fill('[name="f.child_said"]', 'nobody asked if I was ok')
  await t.page.check('[name="f.told_at_home"][value=told]')
  await t.page.check('[name="f.receipt"][value=given]')
}

export default [
  {
    name: 'an officer records a search on a phone, and is told what follows',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      await t.go('/record')
      await t.look('record')
      await t.page.fill('#q', 'stop and search')
      await t.press('Show')
      await t.follow('Stop and search')
      await t.look('record-form')
      await t.page.setViewportSize({ width: 360, height: 740 })
      await t.press('Check your answers')
      await t.says('Choose who this is about')
      await t.look('record-form-wrong')
      await t.page.setViewportSize({ width: 360, height: 740 })
      await newChild(t, 'person', t.scripts ? 'Malikson' : 'Plainson')
      await search(t)
      await t.press('Check your answers')
      await t.says('Check your answers')
      await t.says('Seen to push something long up a sleeve.')
      await t.look('record-check')
      await t.press('Record it')
      await t.says('Recorded')
      await t.look('recorded')
    }
  },
  {
    name: 'the child who was recorded is found in the next form, with the reason, one letter wrong',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      await t.go('/record/mtip_request')
      await t.page.fill('[name="a.child.find"]', (t.scripts ? 'Maliksen' : 'Plainsen') + ' Inventhorpe')
      await t.press('Find')
      await t.says('is nearly')
      await t.says('born 14 February 2011')
      await t.look('record-found')
    }
  },
  {
    name: 'a search before the authority is explained before it is recorded, and its reason is asked after',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      await t.go('/record/mtip_request')
      await newChild(t, 'child', 'Wrongorder')
      await t.page.fill('[name="f.grounds"]', 'Seen to hide a package.')
      await t.page.fill('[name="f.article"]', 'A package')
      await t.page.check('[name="f.urgent"][value=no]')
      await t.page.check('[name="f.exploitation"][value=yes]')
      await t.press('Check your answers')
      await t.says('What will follow')
      await t.press('Record it')
      const child = (await t.page.getAttribute('a[href*="about="]', 'href')).split('about=')[1]
      await t.go('/record/mtip_search?about=' + child)
      if (t.scripts) await openAll(t.page)
      else for (const summary of await t.page.$$('summary')) await summary.click()
      await t.page.check('[name="f.officers~"][value=not_known]')
      await t.page.check('[name="f.adult"][value=absent]')
      await t.page.fill('[name="f.place.name"]', 'A yard')
      for (const name of ['private_place', 'half_at_a_time', 'touched', 'force_used', 'found']) await t.page.check(`[name="f.${name}"][value=no]`)
      await t.page.check('[name="f.others_present"][value=none]')
      await t.page.fill('[name="f.child_said"]', 'leave me alone')
      await t.page.check('[name="f.finished~"][value=not_known]')
      await t.press('Check your answers')
      await t.says('Recorded as it stands, this will be a breach')
      await t.says('No inspector had agreed the grounds when this search was made.')
      await t.look('record-breach')
      await t.press('Record it')
      await t.says('An inspector agreed before the search')
      await t.page.fill('[name="f.reason"]', 'He was about to swallow it.')
      await t.look('recorded-breach')
      await t.press('Check and record the reason')
      await t.press('Record it')
      await t.says('Explained')
    }
  },
  {
    name: 'an inspector refuses with her reasons, and sees no name before',
    run: async t => {
      await t.signIn('rahman', 'safeguarding')
      await t.go('/decisions')
      await t.says('Decide whether to agree the search')
      await t.look('decisions')
      await t.follow('Decide whether to agree the search')
      await t.saysNot('Inventhorpe')
      await t.look('decide')
      await t.page.check('[name="f.answer"][value=refused]')
      await t.page.fill('[name="f.reason"]', 'A guess.')
      await t.press('Record: ')
      await t.says('Decide whether to agree the search: met')
    }
  },
  {
    name: 'a draft outlives signing out, is finished by its owner, and is nobody else’s',
    run: async t => {
      await t.signIn('okafor', 'safeguarding')
      await t.go('/record/mtip_request')
      await t.page.fill('[name="f.grounds"]', 'Half a thought')
      await t.press('Save and finish later')
      await t.look('drafts')
      const href = await t.page.getAttribute('main a[href*="draft="]', 'href')
      await t.press('Sign out')
      await t.signIn('rahman', 'safeguarding')
      t.expect(await t.go(href) === 404, 'another officer opened a draft')
      await t.press('Sign out')
      await t.signIn('okafor', 'safeguarding')
      await t.go(href)
      t.expect(await t.page.inputValue('[name="f.grounds"]') === 'Half a thought', 'the draft lost its words')
    }
  },
  {
    name: 'with no network a form is kept sealed, shows to nobody, and is recorded once when there is one',
    scripts: 'only',
    run: async t => {
      const kept = () => t.page.evaluate(() => new Promise(resolve => {
        const asked = indexedDB.open('childfirst', 1)
        asked.onsuccess = () => {
          const all = asked.result.transaction('boxes').objectStore('boxes').getAll()
          all.onsuccess = () => { asked.result.close(); resolve(all.result) }
        }
      }))
      await t.signIn('okafor', 'safeguarding')
      await t.go('/offline')
      await t.look('offline')
      await t.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
      await t.page.context().setOffline(true)
      await t.page.goto(t.base + '/offline')
      await t.page.click('main a[href="/offline/form/stop_search"]')
      await newChild(t, 'person', 'Offlina')
      await search(t)
      await t.press('Keep it to be sent')
      await t.page.waitForSelector('text=Waiting')
      const boxes = await kept()
      t.expect(boxes.length === 1, `${boxes.length} forms are kept`)
      t.expect(!JSON.stringify(boxes).includes('Offlina') && !JSON.stringify(boxes).includes('sleeve'), 'a kept form can be read')
      await t.look('offline-waiting')
      await t.page.context().setOffline(false)
      await t.page.goto(t.base + '/offline')
      await t.page.waitForSelector('text=What follows')
      await t.says('It happened')
      t.expect((await kept()).length === 0, 'a sent form is still kept')
      // The same box again, as if its answer had been lost: recorded once.
      const again = await t.page.evaluate(async box => {
        const csrf = new DOMParser().parseFromString(await (await fetch('/offline')).text(), 'text/html').querySelector('[data-capture] input[name=csrf]').value
        return (await fetch('/offline/send', { method: 'POST', headers: { 'X-Requested-With': 'childfirst' }, body: new URLSearchParams({ csrf, number: box.number, box: box.box }) })).json()
      }, boxes[0])
      t.expect(again.state === 'recorded' && again.words.startsWith('Recorded already'), JSON.stringify(again))
      await t.follow('What follows')
      await t.says('Offlina Inventhorpe')
    }
  }
]
