#include "bench/options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

#include "base/nearest.h"
#include "net/http.h"

namespace lockstep::bench {
namespace {

constexpr std::array<Kind, 2> kinds = {{
    {"deal", "/webhook/salesforce/deal-closed", R"({"opportunityId":"{id}"})", "salesforce/Opportunity"},
    {"payment", "/webhook/zoho/payment",
     R"({"payment_id":"{id}","amount":{2},"date":"{3}","payment_mode":"{4}","invoices":[{"invoice_id":"{5}"}]})",
     "zoho_books/customerpayments"},
}};
constexpr double rate_max = 1'000'000, duration_max_s = 86'400, timeout_max_s = 3'600;
constexpr std::uint64_t count_max = 1'000'000'000;
constexpr int connections_max = 10'000;

constexpr const char* footer =
    "Closed loop (without --rate): each connection sends its next request when the last one is answered.\n"
    "Open loop (--rate): requests have their times on a schedule that does not slow down when answers are late;\n"
    "latency counts from the scheduled time.\n"
    "Templates know {id} (the same as {1}), {2} to {9} (columns of the id file) and {n} (number of the request).\n"
    "Exit codes: 0 every request was answered with 2xx, 1 some were not, 2 usage.";

void describe(CLI::App& app, Options& options) {
    app.footer(footer);
    app.add_option("--url", options.url, "http://HOST:PORT[/PATH]; with --kind the path may be left out. May hold places as templates do")
        ->required();
    app.add_option("--kind", options.kind, "deal or payment: the webhook's path and body");
    app.add_option("--method", options.method, "default: POST with a body, GET without");
    app.add_option("--body-template", options.body_template, "body of each request; @FILE reads it from a file");
    app.add_option("--header", options.headers, "'Name: value', as often as wanted")->allow_extra_args(false);
    app.add_option("--content-type", options.content_type, "of the body")->capture_default_str();
    app.add_option("--ids", options.ids_file, "file with a line for each request (columns between commas); - reads standard input");
    app.add_option("--ids-from", options.ids_from, "address of a sandbox's control API: takes the ids of the kind's records there");
    app.add_flag("--repeat-ids", options.repeat_ids, "begin again when the ids are used up");
    app.add_option("--connections", options.connections, "kept open, one request at a time on each")->capture_default_str();
    app.add_option("--rate", options.rate, "open loop: so many requests a second");
    app.add_option("--count", options.count, "so many requests (default: one for each id, or until --duration)");
    app.add_option("--duration", options.duration_s, "seconds in which requests are begun");
    app.add_option("--timeout", options.timeout_s, "seconds after which a request counts as failed")->capture_default_str();
    app.add_flag("--json", options.json, "for scripts");
}

Result<void> wrong(std::string text) { return fail(ErrorCode::config_invalid, std::move(text)); }

Result<void> check_numbers(const Options& options) {
    if (options.connections < 1 || options.connections > connections_max)
        return wrong("--connections is from 1 to 10000: " + std::to_string(options.connections));
    if (options.rate < 0 || options.rate > rate_max) return wrong("--rate is above 0 and at most 1000000 a second");
    if (options.duration_s < 0 || options.duration_s > duration_max_s) return wrong("--duration is above 0 and at most 86400 seconds");
    if (!(options.timeout_s > 0) || options.timeout_s > timeout_max_s) return wrong("--timeout is above 0 and at most 3600 seconds");
    if (options.count && (*options.count == 0 || *options.count > count_max)) return wrong("--count is from 1 to 1000000000");
    return {};
}

Result<void> check_url(const Options& options) {
    LS_TRY_ASSIGN(const auto url, net::parse_url(options.url));
    if (url.scheme != "http") return wrong("only plain http can be driven: " + options.url);
    for (const std::string& header : options.headers)
        if (header.find(':') == std::string::npos || header.find_first_of("\r\n") != std::string::npos)
            return wrong("--header is 'Name: value': " + header);
    return {};
}

Result<void> check_sources(const Options& options) {
    if (!options.kind.empty() && find_kind(options.kind) == nullptr)
        return wrong("there is no kind `" + options.kind + "`" + did_you_mean(options.kind, kind_names()) + "; there are deal and payment");
    if (!options.ids_file.empty() && !options.ids_from.empty()) return wrong("ids come from --ids or from --ids-from, not from both");
    if (!options.ids_from.empty() && options.kind.empty()) return wrong("--ids-from needs --kind, which says whose ids");
    const bool has_ids = !options.ids_file.empty() || !options.ids_from.empty();
    if (!options.kind.empty() && options.body_template.empty() && !has_ids)
        return wrong("--kind " + options.kind + " needs ids: --ids FILE or --ids-from ADDRESS");
    if (options.repeat_ids && !has_ids) return wrong("--repeat-ids needs --ids or --ids-from");
    if (!options.count && options.duration_s == 0 && (!has_ids || options.repeat_ids))
        return wrong("nothing says when to end: give --count or --duration");
    return {};
}

// CLI11 says what it did not expect, not what it might have been.
std::string explained(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& arguments) {
    std::vector<std::string> known;
    for (const CLI::Option* option : app.get_options()) known.push_back(option->get_name());
    for (const std::string& given : arguments) {
        const std::string name = given.substr(0, given.find('='));
        if (name.starts_with("--") && std::ranges::find(known, name) == known.end())
            return "there is no option " + name + did_you_mean(name, known);
    }
    return error.what();
}

}  // namespace

const Kind* find_kind(std::string_view name) {
    const auto found = std::ranges::find(kinds, name, &Kind::name);
    return found == kinds.end() ? nullptr : &*found;
}

std::vector<std::string> kind_names() {
    std::vector<std::string> names;
    for (const Kind& kind : kinds) names.emplace_back(kind.name);
    return names;
}

Result<CommandLine> read_command_line(const std::vector<std::string>& arguments) {
    CLI::App app{"Drives a server over HTTP, closed or open loop, and reports throughput and latency."};
    app.name("lockstep-load");
    Options options;
    describe(app, options);
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) { return CommandLine{{}, app.help()}; } catch (const CLI::ParseError& error) {
        return fail(ErrorCode::config_invalid, explained(app, error, arguments));
    }
    if (app.count("--rate") > 0 && options.rate == 0) return fail(ErrorCode::config_invalid, "--rate is above 0");
    LS_TRY(check_numbers(options));
    LS_TRY(check_url(options));
    LS_TRY(check_sources(options));
    return CommandLine{std::move(options), {}};
}

}  // namespace lockstep::bench
