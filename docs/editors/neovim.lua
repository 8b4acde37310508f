-- Modgo in Neovim, from 0.7 on: diagnostics, actions and lenses beside gopls, and
-- :ModgoBuild, :ModgoRun, :ModgoTest, :ModgoNew, :ModgoSample, :ModgoRule.
-- Put it at ~/.config/nvim/plugin/modgo.lua. Set up gopls as usual.

-- The section "modgo" of the settings, for example { lint = { ignore = { 'MG305' } } }.
local settings = vim.empty_dict()
-- What modules get that ask for it, for example { network = true, read = { '/etc/geo' } }.
local allow = vim.empty_dict()

local function notify(message, level)
  vim.notify('Modgo: ' .. message, level or vim.log.levels.INFO)
end

-- Shows text in a window of its own, which `q` closes. The cursor stays where it is.
local function show_text(name, lines, filetype)
  local buffer = vim.fn.bufnr('^' .. name .. '$')
  if buffer == -1 then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = filetype
  vim.api.nvim_buf_set_keymap(buffer, 'n', 'q', '<Cmd>close<CR>', { nowait = true })
  if vim.fn.bufwinid(buffer) == -1 then
    local here = vim.api.nvim_get_current_win()
    vim.cmd('botright sbuffer ' .. buffer)
    vim.api.nvim_win_set_height(0, math.max(3, math.min(#lines, math.floor(vim.o.lines / 3))))
    vim.api.nvim_set_current_win(here)
  end
end

-- Shows the answer of a command that was run from here or by a lens. That of a call is a text of the server: the value,
-- log lines and frames, on which `gF` opens their line, and the change of the record as a diff. Its numbers are exact.
local function show(error, answer)
  if error or type(answer) ~= 'table' then
    notify(error and error.message or 'no answer', vim.log.levels.ERROR)
  elseif answer.passed then
    notify(answer.failed .. ' failed, ' .. answer.passed .. ' passed', answer.failed > 0 and vim.log.levels.ERROR or nil)
  elseif type(answer.document) == 'string' and answer.document:match('%.diff$') then
    local lines = vim.fn.readfile(answer.document)
    notify(lines[1] or 'done', not answer.ok and vim.log.levels.ERROR or nil)
    show_text('modgo://run', lines, 'diff')
  elseif not answer.ok then
    local finding = answer.findings and answer.findings[1]
    local reason = type(answer.error) == 'table' and answer.error.message or finding and finding.message
    notify(reason or 'failed, see the diagnostics', vim.log.levels.ERROR)
  elseif answer.output then
    notify('built ' .. answer.output)
  elseif answer.load then
    notify('built and loaded ' .. answer.build.output)
  elseif answer.created ~= nil then
    notify((answer.created and 'made ' or 'there is already ') .. answer.path)
    vim.cmd('edit ' .. vim.fn.fnameescape(answer.path))
  elseif answer.go_mod then
    notify(answer.go_mod .. ' requires the SDK ' .. answer.version)
    vim.cmd('checktime')
  elseif answer.folder then
    notify('made ' .. answer.folder)
    vim.cmd('edit ' .. vim.fn.fnameescape(answer.path))
  else
    notify('done')
  end
end

local function on_command(error, answer)
  show(error, answer)
end

local function root_of(buffer)
  local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':p:h')
  local found = vim.fn.findfile('go.mod', vim.fn.escape(folder, ' ;,*?[{') .. ';')
  return found ~= '' and vim.fn.fnamemodify(found, ':p:h') or folder
end

local function on_attach(_, buffer)
  vim.api.nvim_create_autocmd({ 'BufEnter', 'CursorHold', 'InsertLeave' }, {
    buffer = buffer,
    callback = function()
      pcall(vim.lsp.codelens.refresh)
    end,
  })
end

-- The commands of the server behind those that lenses and actions name. Neovim shows their answers as it shows ours.
local commands = {
  ['modgo.client.runOnSample'] = 'modgo.call',
  ['modgo.client.buildAndLoad'] = 'modgo.buildAndLoad',
  ['modgo.client.test'] = 'modgo.test',
  ['modgo.client.addSdk'] = 'modgo.addSdk',
}

local clients = {} -- by root, for Neovim 0.7, which does not reuse them

local function attach(buffer)
  if vim.bo[buffer].buftype ~= '' or vim.api.nvim_buf_get_name(buffer) == '' then
    return
  end
  local root = root_of(buffer)
  local config = {
    name = 'modgo',
    cmd = { 'modgo-lsp' },
    cmd_cwd = vim.loop.os_homedir(), -- not the workspace, so that no program is looked up there
    root_dir = root,
    settings = { modgo = settings },
    init_options = { settings = settings, allow = allow, commands = vim.tbl_keys(commands) },
    handlers = { ['workspace/executeCommand'] = on_command },
    on_attach = on_attach,
  }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  config.on_exit = function()
    clients[root] = nil
  end
  clients[root] = clients[root] or vim.lsp.start_client(config)
  if clients[root] then
    vim.lsp.buf_attach_client(buffer, clients[root])
  end
end

local function execute(command, arguments, done)
  local buffer = vim.api.nvim_get_current_buf()
  local find = vim.lsp.get_clients or vim.lsp.get_active_clients
  for _, client in ipairs(find()) do
    if client.name == 'modgo' and vim.lsp.buf_is_attached(buffer, client.id) then
      arguments.uri = arguments.uri or vim.uri_from_bufnr(buffer)
      local params = { command = command, arguments = { arguments } }
      -- Requests are methods since 0.11, and were functions before.
      if vim.fn.has('nvim-0.11') == 1 then
        client:request('workspace/executeCommand', params, done or on_command, buffer)
      else
        client.request('workspace/executeCommand', params, done or on_command, buffer)
      end
      return
    end
  end
  notify('is not running for this file', vim.log.levels.WARN)
end

for name, command in pairs(commands) do
  vim.lsp.commands[name] = function(of_lens)
    vim.cmd('silent wall')
    execute(command, vim.tbl_extend('force', of_lens.arguments[1], { document = true }))
  end
end

vim.api.nvim_create_autocmd('FileType', {
  pattern = 'go',
  callback = function(event)
    attach(event.buf)
  end,
})

vim.api.nvim_create_user_command('ModgoBuild', function()
  vim.cmd('silent update')
  execute('modgo.build', vim.empty_dict())
end, { desc = 'Build the UDF module of this file' })

vim.api.nvim_create_user_command('ModgoRun', function(command)
  vim.cmd('silent update')
  local name, rest = command.args:match('^(%S+)%s*(.*)$')
  local readable, args = pcall(vim.fn.json_decode, rest ~= '' and rest or '[]')
  if not readable or type(args) ~= 'table' then
    notify('the arguments are a JSON list: :ModgoRun add ["n", 1, 10]', vim.log.levels.ERROR)
    return
  end
  execute('modgo.call', { ['function'] = name, args = #args > 0 and args or nil, document = true })
end, { nargs = '+', desc = 'Run a UDF on its sample: its registered name, and arguments as a JSON list' })

vim.api.nvim_create_user_command('ModgoSample', function(command)
  execute('modgo.newSample', { ['function'] = command.args ~= '' and command.args or nil })
end, { nargs = '?', desc = 'Create a sample record for a UDF, by its registered name, and open it' })

vim.api.nvim_create_user_command('ModgoTest', function()
  vim.cmd('silent wall')
  execute('modgo.test', vim.empty_dict())
end, { desc = 'Run the cases of the UDF module of this file' })

vim.api.nvim_create_user_command('ModgoNew', function(command)
  execute('modgo.new', { uri = vim.uri_from_fname(vim.fn.fnamemodify(command.args, ':p'):gsub('/$', '')) })
end, { nargs = 1, complete = 'dir', desc = 'Make a UDF module in a new folder, and open its UDF' })

vim.api.nvim_create_user_command('ModgoRule', function(command)
  execute('modgo.rules', vim.empty_dict(), function(error, answer)
    if error or type(answer) ~= 'table' then
      return show(error, answer)
    end
    for _, rule in ipairs(answer.rules) do
      if rule.code == command.args:upper() or rule.name == command.args then
        return show_text('modgo://rule', vim.split(rule.page, '\n'), 'markdown')
      end
    end
    notify('there is no rule ' .. command.args, vim.log.levels.ERROR)
  end)
end, { nargs = 1, desc = 'Show the page of a rule, such as MG101' })
