-- What a user does in Neovim, step by step; what was seen is written to $SEEN as JSON.
-- Not for: judging it (test_neovim.py), or setting up modgo (docs/editors/neovim.lua, loaded as a plugin).

local seen = { notified = {} }
local wanted = vim.fn.json_decode(vim.env.WANTED)

vim.notify = function(message)
  table.insert(seen.notified, message)
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
  seen.problem = problem
  seen.clients = clients()
  seen.diagnostics_at_end = all()
  seen.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
  vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.SEEN)
  vim.cmd('qall!')
end

local function wait(what, condition)
  if not vim.wait(100000, condition, 20) then
    finish('did not come: ' .. what)
    error(what)
  end
end

local function said(words)
  return function()
    for _, message in ipairs(seen.notified) do
      if message:find(words, 1, true) then
        return true
      end
    end
    return false
  end
end

wait('the diagnostics of all servers', function()
  for _, source in ipairs(wanted.sources) do
    if #diagnostics(source) == 0 then
      return false
    end
  end
  return true
end)
seen.diagnostics = all()

-- The cursor goes where the finding is, and the menu of actions is answered with the registration.
local finding = diagnostics('modgo')[1]
vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
vim.ui.select = function(items, options, choose)
  seen.actions = {}
  local chosen, index
  for at, item in ipairs(items) do
    local title = options.format_item(item)
    table.insert(seen.actions, title)
    if title:find(wanted.action, 1, true) then
      chosen, index = item, at
    end
  end
  choose(chosen, index)
end
vim.lsp.buf.code_action()
wait('the menu of actions', function()
  return seen.actions
end)
wait('the end of the finding', function()
  return #diagnostics('modgo') == 0
end)

vim.cmd('ModgoBuild')
wait('the build', said('built '))
vim.cmd('ModgoRun add ["n", 1, 10]')
wait('the result of the call', said('result '))
vim.cmd('ModgoRun nobody')
wait('what is wrong with the call', said('nobody'))
local source = vim.api.nvim_get_current_buf()
vim.cmd('ModgoSample take')
wait('the sample', function()
  return vim.api.nvim_buf_get_name(0):match('take%.record%.json$')
end)
vim.cmd('buffer ' .. source)
finish()
