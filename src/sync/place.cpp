#include "sync/place.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "sync/normal_form.h"

namespace lockstep::sync {
namespace {

/// A name and others for the same, separated by `|`, in normal form.
struct Row {
    std::string_view name;
    std::string_view others;
};

// Cities whose names differ between languages so much that no folding brings them together.
constexpr auto cities = std::to_array<Row>({{"munchen", "munich|muenchen|monaco di baviera"},
                                            {"koln", "cologne|koeln|colonia"},
                                            {"nurnberg", "nuremberg|nuernberg"},
                                            {"hannover", "hanover"},
                                            {"braunschweig", "brunswick"},
                                            {"dusseldorf", "duesseldorf"},
                                            {"zurich", "zuerich|zurigo"},
                                            {"geneve", "geneva|genf|ginevra"},
                                            {"basel", "bale|basle|basilea"},
                                            {"bern", "berne|berna"},
                                            {"luzern", "lucerne|lucerna"},
                                            {"wien", "vienna|vienne"},
                                            {"milano", "milan|mailand"},
                                            {"roma", "rome|rom"},
                                            {"torino", "turin"},
                                            {"napoli", "naples|neapel"},
                                            {"firenze", "florence|florenz"},
                                            {"venezia", "venice|venedig"},
                                            {"genova", "genoa|genua"},
                                            {"bolzano", "bozen"},
                                            {"paris", "parigi"},
                                            {"strasbourg", "strassburg|strasburg"},
                                            {"nice", "nizza"},
                                            {"lyon", "lyons"},
                                            {"marseille", "marseilles"},
                                            {"bruxelles", "brussels|brussel|brussel bruxelles"},
                                            {"antwerpen", "antwerp|anvers"},
                                            {"gent", "ghent|gand"},
                                            {"luik", "liege|luttich"},
                                            {"den haag", "the hague|s gravenhage|sgravenhage"},
                                            {"kobenhavn", "copenhagen|kopenhagen"},
                                            {"goteborg", "gothenburg"},
                                            {"helsinki", "helsingfors"},
                                            {"praha", "prague|prag"},
                                            {"plzen", "pilsen"},
                                            {"brno", "brunn"},
                                            {"warszawa", "warsaw|warschau|varsovie"},
                                            {"krakow", "cracow|krakau"},
                                            {"wroclaw", "breslau"},
                                            {"gdansk", "danzig"},
                                            {"moskva", "moscow|moskau|москва"},
                                            {"kyiv", "kiev|kiew|киев|київ"},
                                            {"bucuresti", "bucharest|bukarest"},
                                            {"beograd", "belgrade|belgrad"},
                                            {"athina", "athens|athen|αθηνα"},
                                            {"lisboa", "lisbon|lissabon"},
                                            {"porto", "oporto"},
                                            {"sevilla", "seville"},
                                            {"london", "londres|londra"},
                                            {"new york", "new york city|nyc"},
                                            {"ciudad de mexico", "mexico city|mexico df|mexico d f|cdmx"},
                                            {"tokyo", "東京|東京都|tokio"},
                                            {"osaka", "大阪|大阪市"},
                                            {"beijing", "peking|北京|北京市"},
                                            {"shanghai", "上海|上海市"},
                                            {"seoul", "서울|서울시"}});

// Sources: ISO 3166-1 (two and three letters), and names in English, in the country, and in German or French where common.
constexpr auto countries = std::to_array<Row>(
    {{"de", "deu|germany|deutschland|allemagne|alemania|germania|d|federal republic of germany|bundesrepublik deutschland"},
     {"at", "aut|austria|osterreich|oesterreich|autriche"},
     {"ch", "che|switzerland|schweiz|suisse|svizzera|suiza"},
     {"li", "lie|liechtenstein"},
     {"fr", "fra|france|frankreich|francia"},
     {"it", "ita|italy|italia|italien|italie"},
     {"es", "esp|spain|espana|spanien|espagne"},
     {"pt", "prt|portugal"},
     {"nl", "nld|netherlands|the netherlands|nederland|niederlande|holland|pays bas"},
     {"be", "bel|belgium|belgie|belgique|belgien"},
     {"lu", "lux|luxembourg|luxemburg"},
     {"dk", "dnk|denmark|danmark|danemark"},
     {"se", "swe|sweden|sverige|schweden|suede"},
     {"no", "nor|norway|norge|norwegen"},
     {"fi", "fin|finland|suomi|finnland"},
     {"is", "isl|iceland|island"},
     {"ie", "irl|ireland|irland|eire"},
     {"gb", "gbr|uk|united kingdom|great britain|england|scotland|wales|vereinigtes konigreich|grossbritannien|royaume uni"},
     {"pl", "pol|poland|polska|polen"},
     {"cz", "cze|czechia|czech republic|cesko|ceska republika|tschechien"},
     {"sk", "svk|slovakia|slovensko|slowakei"},
     {"hu", "hun|hungary|magyarorszag|ungarn"},
     {"ro", "rou|romania|rumanien"},
     {"bg", "bgr|bulgaria|bulgarien|българия"},
     {"gr", "grc|greece|griechenland|hellas|ελλαδα"},
     {"hr", "hrv|croatia|hrvatska|kroatien"},
     {"si", "svn|slovenia|slovenija|slowenien"},
     {"rs", "srb|serbia|srbija|serbien"},
     {"ee", "est|estonia|eesti|estland"},
     {"lv", "lva|latvia|latvija|lettland"},
     {"lt", "ltu|lithuania|lietuva|litauen"},
     {"cy", "cyp|cyprus|zypern"},
     {"mt", "mlt|malta"},
     {"ua", "ukr|ukraine|украина|україна"},
     {"ru", "rus|russia|russian federation|russland|россия"},
     {"tr", "tur|turkey|turkiye|turkei"},
     {"us", "usa|united states|united states of america|u s a|vereinigte staaten|etats unis|america"},
     {"ca", "can|canada|kanada"},
     {"mx", "mex|mexico|mexiko"},
     {"br", "bra|brazil|brasil|brasilien"},
     {"ar", "arg|argentina|argentinien"},
     {"cl", "chl|chile"},
     {"co", "col|colombia|kolumbien"},
     {"pe", "per|peru"},
     {"ve", "ven|venezuela"},
     {"cn", "chn|china|peoples republic of china|中国"},
     {"jp", "jpn|japan|日本"},
     {"kr", "kor|south korea|korea|republic of korea|sudkorea|대한민국"},
     {"tw", "twn|taiwan|台灣"},
     {"hk", "hkg|hong kong"},
     {"sg", "sgp|singapore|singapur"},
     {"my", "mys|malaysia"},
     {"th", "tha|thailand"},
     {"vn", "vnm|vietnam|viet nam"},
     {"id", "idn|indonesia|indonesien"},
     {"ph", "phl|philippines|philippinen"},
     {"in", "ind|india|indien"},
     {"pk", "pak|pakistan"},
     {"au", "aus|australia|australien"},
     {"nz", "nzl|new zealand|neuseeland"},
     {"ae", "are|united arab emirates|uae|vereinigte arabische emirate"},
     {"sa", "sau|saudi arabia|saudi arabien"},
     {"il", "isr|israel"},
     {"eg", "egy|egypt|agypten"},
     {"za", "zaf|south africa|sudafrika"},
     {"ng", "nga|nigeria"},
     {"ke", "ken|kenya"},
     {"ma", "mar|morocco|maroc|marokko"}});

// What begins the part of a city's name that is often left out.
constexpr auto additions =
    std::to_array<std::string_view>({"am", "an", "im", "in", "bei", "ob", "a", "b", "i", "upon", "on", "sur", "sul", "cedex", "/"});

using Names = std::unordered_map<std::string_view, std::string_view>;

Names names_of(const auto& rows) {
    Names names;
    for (const Row& row : rows) {
        names.emplace(row.name, row.name);
        for (std::string_view rest = row.others; !rest.empty();) {
            std::string_view other = rest.substr(0, rest.find('|'));
            rest.remove_prefix(std::min(rest.size(), other.size() + 1));
            names.emplace(other, row.name);
        }
    }
    return names;
}

bool has_digit(std::string_view word) {
    return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Without postal codes and without what only adds to the name.
std::string city_words(std::string_view text) {
    std::string city;
    while (!text.empty()) {
        std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (!city.empty() && std::find(additions.begin(), additions.end(), word) != additions.end()) break;
        if (has_digit(word)) continue;
        if (!city.empty()) city += ' ';
        city += word;
    }
    return city;
}

}  // namespace

std::string city_key(std::string_view city) {
    static const Names names = names_of(cities);
    std::string key = city_words(normal_form(city, KeyForm::text));
    auto found = names.find(key);
    return found == names.end() ? key : std::string(found->second);
}

std::string country_key(std::string_view country) {
    static const Names names = names_of(countries);
    auto found = names.find(normal_text(country));
    return found == names.end() ? "" : std::string(found->second);
}

}  // namespace lockstep::sync
