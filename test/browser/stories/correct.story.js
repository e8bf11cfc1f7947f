// correct: a records manager puts records right: each page shows what changes before it is done.
const anyChild = async t => {
  await t.go('/merge')
  await t.page.fill('#first', 'Nowhereworth')
  await t.page.fill('#second', 'Nowhereworth')
  await t.press('Look for them')
  return t.page.$$eval('input[name=a]', list => list.map(x => x.value))
}

// An entry of somebody's journey that has answers, and where it is put right.
const entry = async t => {
  for (const child of await anyChild(t)) {
    await t.go(`/child/${child}/journey`)
    const links = await t.page.$$eval('a[href$="/correct"]', list => list.map(x => x.getAttribute('href')))
    if (links.length > 3) return { child, links }
  }
  throw new Error('nobody has a journey')
}

export default [
  {
    name: 'a record is corrected: what changes is shown before it is done',
    run: async t => {
      await t.signIn('sato', 'quality')
      const { child, links } = await entry(t)
      await t.go(links[0])
      await t.look('correct')
      await t.press('See what this would change')
      await t.says('Nothing differs from how the record stands')
      await t.look('correct-wrong')
      await t.page.fill('[name="when.time"]', t.scripts ? '00:01' : '00:02') // with and without scripts it may be the same record
      await t.page.fill('#reason', 'The clock was wrong.')
      await t.press('See what this would change')
      await t.says('Nothing has been done yet')
      await t.says('Who was told')
      await t.look('correct-check')
      await t.press('Change it')
      await t.says('Change what is wrong and leave the rest')
      await t.press('See what this would change')
      await t.press('Correct the record')
      await t.says('How it was put right')
      await t.says('The clock was wrong.')
      await t.look('told')
      await t.go(links[1].replace('/correct', '/withdraw'))
      await t.look('withdraw')
      await t.page.fill('#reason', 'Another child was meant.')
      await t.press('Withdraw the record')
      await t.says('The record is withdrawn')
      await t.go('/told')
      await t.look('told-open')
      await t.go(`/child/${child}`)
      await t.says('Keeping the record right')
    }
  },
  {
    name: 'two records of one child are compared, merged and parted',
    run: async t => {
      await t.signIn('sato', 'quality')
      const [a, b] = (await anyChild(t)).slice(t.scripts ? 0 : 2)
      await t.look('merge')
      await t.page.check(`input[name=a][value="${a}"]`)
      await t.page.check(`input[name=b][value="${b}"]`)
      await t.press('Compare the two')
      await t.says('Are these two one child?')
      await t.look('merge-compare')
      await t.page.fill('#reason', 'The same birth certificate.')
      await t.press('Merge')
      await t.says('One child, merged from two records')
      await t.look('unmerge')
      await t.go('/merged')
      await t.says('The same birth certificate.')
      await t.look('merged')
      await t.page.click('a[href^="/merged/"]')
      await t.page.fill('#reason', 'They are cousins.')
      await t.press('Undo the merge')
      await t.says('Are these two one child?')
    }
  },
  {
    name: 'a child’s record is restricted, and the restriction is ended',
    run: async t => {
      await t.signIn('sato', 'complaint')
      const ids = await anyChild(t)
      const child = ids[ids.length - (t.scripts ? 1 : 2)]
      await t.go(`/restrict/${child}`)
      await t.look('restrict')
      await t.press('Order it')
      await t.says('Choose what is ordered')
      await t.look('restrict-wrong')
      await t.page.check('input[name=what][value=restriction]')
      await t.page.fill('#authority', 'Section 47 request, accuracy contested')
      await t.press('Order it')
      await t.says('Only those who keep restrictions see this record')
      await t.look('restricted')
      await t.go('/orders')
      await t.look('orders')
      await t.page.click('a[href^="/orders/"]')
      await t.look('order-end')
      await t.page.fill('#authority', 'Accuracy settled')
      await t.press('End it')
      await t.says('Restrictions and holds')
    }
  }
]
