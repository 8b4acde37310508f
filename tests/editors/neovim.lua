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
vim.cmd('ModgoRun add ["n", 1, 10]')
wait('the result of the call', notified('result '))
vim.cmd('ModgoRun nobody')
wait('what is wrong with the call', notified('nobody'))
local source = vim.api.nvim_get_current_buf()
vim.cmd('ModgoSample take')
wait('the sample', function()
  return vim.api.nvim_buf_get_name(0):match('take%.record%.json$')
end)
vim.cmd('buffer ' .. source)
finish()
