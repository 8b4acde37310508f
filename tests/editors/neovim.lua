-- Does in Neovim what a user does, and writes diagnostics, actions and messages to $RESULT as JSON for test_neovim.py.

local result = { notified = {} }
local options = vim.fn.json_decode(vim.env.OPTIONS)

vim.notify = function(message)
  table.insert(result.notified, message)
end

local function clients()
  local names = {}
  for _, client in ipairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    table.insert(names, client.name)
  end
  table.sort(names)
  return names
end

local function diagnostics(source)
  return vim.tbl_filter(function(each)
    return each.source == source
  end, vim.diagnostic.get(0))
end

local function all()
  return vim.tbl_map(function(each)
    return { source = each.source, code = each.code, line = each.lnum + 1, message = each.message }
  end, vim.diagnostic.get(0))
end

local function finish(problem)
  result.problem = problem
  result.clients = clients()
  result.diagnostics_at_end = all()
  result.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
  vim.fn.writefile({ vim.fn.json_encode(result) }, vim.env.RESULT)
  vim.cmd('qall!')
end

local function wait(what, condition)
  if not vim.wait(100000, condition, 20) then
    finish('timed out: ' .. what)
    error(what)
  end
end

local function notified(text)
  return function()
    for _, message in ipairs(result.notified) do
      if message:find(text, 1, true) then
        return true
      end
    end
    return false
  end
end

wait('the diagnostics of all servers', function()
  for _, source in ipairs(options.sources) do
    if #diagnostics(source) == 0 then
      return false
    end
  end
  return true
end)
result.diagnostics = all()

-- Goes to the diagnostic, and chooses the registration in the menu of code actions.
local finding = diagnostics('modgo')[1]
vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
vim.ui.select = function(items, select_options, choose)
  result.actions = {}
  local chosen, index
  for i, item in ipairs(items) do
    local title = select_options.format_item(item)
    table.insert(result.actions, title)
    if title:find(options.action, 1, true) then
      chosen, index = item, i
    end
  end
  choose(chosen, index)
end
vim.lsp.buf.code_action()
wait('the menu of actions', function()
  return result.actions
end)
wait('the diagnostic is gone', function()
  return #diagnostics('modgo') == 0
end)

vim.cmd('ModgoBuild')
wait('the build', notified('built '))
-- The text of the window with a result.
local function shown(name)
  local buffer = vim.fn.bufnr('^' .. name .. '$')
  return buffer ~= -1 and vim.fn.bufwinid(buffer) ~= -1 and vim.api.nvim_buf_get_lines(buffer, 0, -1, false) or {}
end

vim.cmd('ModgoRun add ["n", 1, 10]')
wait('the result of the call', notified('add → '))
result.run = shown('modgo://run')
vim.cmd('ModgoRule MG101')
wait('the page of a rule', function()
  return #shown('modgo://rule') > 0
end)
result.rule = shown('modgo://rule')
vim.cmd('ModgoTest')
wait('the tests', notified(' passed'))

-- Runs a lens of the function under the cursor.
vim.lsp.codelens.refresh()
local line = vim.fn.search('^func Take(', 'w')
wait('the lenses', function()
  return vim.tbl_count(vim.lsp.codelens.get(0)) > 0
end)
vim.api.nvim_win_set_cursor(0, { line, 0 })
vim.ui.select = function(items, _, choose)
  for i, item in ipairs(items) do
    if item.lens and item.lens.command.title == 'Run on sample' then
      result.lens = item.lens.command.command
      return choose(item, i)
    end
  end
end
vim.lsp.codelens.run()
wait('the result of the lens', notified('take'))
result.lens_run = shown('modgo://run')
vim.cmd('ModgoRun nobody')
wait('what is wrong with the call', notified('nobody'))
local source = vim.api.nvim_get_current_buf()
vim.cmd('ModgoSample take')
wait('the sample', function()
  return vim.api.nvim_buf_get_name(0):match('take%.record%.json$')
end)
vim.cmd('buffer ' .. source)
finish()
